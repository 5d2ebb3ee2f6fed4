/** The commands that the pages tell people to type, in the order of each page. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Why this machine cannot run a block, as its fence says: ```sh needs-nic. */
export const KINDS = ['needs-nic', 'needs-netmap', 'set-up'] as const

export interface Command {
  /** `docs/guide/find.md:12` */
  place: string
  /** As a shell reads it; of several lines where one goes on, or where the block leaves something running. */
  text: string
  kind: string
  /** The page shows that it ends with an error of the profile. */
  fails: boolean
}

export const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'profiles/README.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.md'))
    .sort()
    .map(file => `docs/${file}`),
]

/** Lines of blocks that are indented and not fenced, which no test would see. */
export const unfenced = (page: string): string[] =>
  readFileSync(page, 'utf8')
    .split('\n')
    .filter(line => /^ {4}(\$ )?(sudo |npx )?nmgen /.test(line))

export function commandsOf(page: string): Command[] {
  const lines = readFileSync(page, 'utf8').split('\n')
  const found: Command[] = []
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', language, kind = ''] = /^( *)```(sh|console)(?: (.*))?$/.exec(lines[at]!) ?? []
    if (language === undefined) continue
    const end = lines.indexOf(`${indent}\`\`\``, at + 1)
    const block = lines.slice(at + 1, end).map(line => line.slice(indent.length))
    for (const { text, line, fails } of language === 'sh' ? plain(block) : typed(block))
      found.push({ place: `${page}:${at + 2 + line}`, text, kind, fails })
    at = end
  }
  return found
}

interface Typed {
  text: string
  line: number
  fails: boolean
}

/** Every line; as one where one of them stays in the background. */
function plain(block: readonly string[]): Typed[] {
  const joined = joinContinued(block)
  if (joined.some(({ text }) => text.endsWith('&')))
    return [{ text: joined.map(({ text }) => text).join('\n'), line: 0, fails: false }]
  return joined.filter(({ text }) => text !== '' && !text.startsWith('#'))
}

/** What stands behind `$ `; the rest is what it prints. */
function typed(block: readonly string[]): Typed[] {
  const isPrompt = (line: string | undefined) => line?.startsWith('$ ') ?? false
  const prompts = joinContinued(block.map(line => (isPrompt(line) ? line.slice(2) : line)))
  const commands = prompts.filter(({ line }) => isPrompt(block[line]))
  return commands.map(one => ({ ...one, fails: /^error\[/.test(block[one.line + 1] ?? '') }))
}

function joinContinued(block: readonly string[]): Typed[] {
  const found: Typed[] = []
  for (let line = 0; line < block.length; line++) {
    const first = line
    let text = block[line]!
    while (text.endsWith('\\')) text = `${text.slice(0, -1)} ${block[++line]!.trim()}`
    found.push({ text: text.trim(), line: first, fails: false })
  }
  return found
}

/** Whole profiles that a page shows. */
export const profilesIn = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```yaml\n(version: 1\n.*?)^```$/gms)].map(([, text]) => text!)

/** Links of a page to files, or headings of files, that are not there. */
export function brokenLinks(page: string): string[] {
  const text = readFileSync(page, 'utf8')
  const targets = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => target!)
  return targets.filter(target => !leadsSomewhere(page, target)).map(target => `${page}: ${target}`)
}

function leadsSomewhere(page: string, target: string): boolean {
  const [file = '', heading] = target.split('#')
  const path = file === '' ? page : join(dirname(page), file)
  if (!existsSync(path)) return false
  return heading === undefined || headingsOf(path).includes(heading)
}

/** As GitHub makes anchors of them. */
const headingsOf = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
