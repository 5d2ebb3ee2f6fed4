/** The pages of docs/reference/ and the manual page that say what the sources say: commands, errors, metrics, exit codes, profile. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { Exit } from '../dist/exit.js'
import { profileJsonSchemaText } from '../dist/profile/schema-json.js'
import { profileErrors, runErrors } from './error-codes.mjs'

const generated = '<!-- made by `npm run docs` -->'

/** `help(argv)` is what `nmgen …argv --help` prints. */
export async function helpTexts(names, help) {
  const texts = []
  for (const name of names) texts.push({ name, text: (await help(name === '' ? [] : [name])).trim() })
  return texts
}

export const commandsPage = texts =>
  [
    '# Commands',
    generated,
    ...texts.map(({ name, text }) => `## ${`nmgen ${name}`.trim()}\n\n\`\`\`text\n${text}\n\`\`\``),
    '',
  ].join('\n\n')

/** man(7); help is laid out for a terminal already. */
export function manPage(texts, version) {
  const roff = text =>
    text
      .replace(/\\/g, '\\e')
      .replace(/^([.'])/gm, '\\&$1')
      .replace(/-/g, '\\-')
  const sections = texts.map(
    ({ name, text }) => `.SS ${roff(`nmgen ${name}`.trim())}\n.nf\n${roff(text)}\n.fi`,
  )
  return [
    `.TH NMGEN 1 "" "nmgen ${version}"`,
    '.SH NAME\nnmgen \\- packet generator: YAML profiles, sent at high rates, counted and judged',
    '.SH SYNOPSIS\n.B nmgen\n.I command\n.RI [ options ]',
    `.SH COMMANDS\n${sections.join('\n')}`,
    `.SH EXIT STATUS\n${exitRows()
      .map(({ code, text }) => `.TP\n.B ${code}\n${roff(text)}`)
      .join('\n')}`,
    '.SH FILES\n.TP\n.I ~/.config/nmgen/config.yaml\nseed, duration, cores, ports and safety, below every profile\n',
  ].join('\n')
}

const meaning = {
  pass: 'what was expected holds',
  bug: 'a bug in nmgen',
  usage: 'a mistake in the command line',
  profile: 'a mistake in the profile',
  environment: 'the machine is not ready: no device, no permission, no hugepages; nothing was sent',
  broken: 'the run broke while it was under way: device lost, worker died; what was counted is written',
  threshold: 'a threshold failed, or a regression was found',
  invalid: 'the generator itself missed what was asked, or results cannot be compared',
  inconclusive: 'not enough to decide, where that was asked to count as a failure',
  interrupted: 'interrupted (SIGINT); the partial result is written',
  terminated: 'terminated (SIGTERM); the partial result is written',
}

const exitRows = () => Object.entries(Exit).map(([name, code]) => ({ code, text: meaning[name], name }))

export const exitCodesPage = () =>
  `# Exit codes\n\n${generated}\n\nA CI job tells by them who is to blame.\n\n| code | means |\n|---|---|\n${exitRows()
    .map(({ code, text }) => `| ${code} | ${text} |`)
    .join('\n')}\n`

/** Each metric with its unit and, where the table has one, its comment. */
export function metricsPage(root) {
  const file = join(root, 'src/units/metrics.ts')
  const text = readFileSync(file, 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const rows = []
  const visit = node => {
    if (ts.isVariableDeclaration(node) && node.name.getText(source) === 'METRICS') {
      let table = node.initializer
      while (!ts.isObjectLiteralExpression(table)) table = table.expression // as const satisfies …
      for (const row of table.properties) {
        const comments = ts.getLeadingCommentRanges(text, row.getFullStart()) ?? []
        const said = comments.map(({ pos, end }) =>
          text.slice(pos, end).replace(/^\/\*\*?|\*\/$|^\/\/|\n\s*\*/g, ' '),
        )
        const doc = said.join(' ').replace(/\s+/g, ' ').trim()
        rows.push(
          `| \`${row.name.getText(source)}\` | ${row.initializer.getText(source).replaceAll("'", '')} | ${doc} |`,
        )
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return `# Metrics\n\n${generated}\n\nOf a result's \`metrics\`, of each stream under \`streams.NAME\`; thresholds, \`compare\` and \`report\` know them by these names.\n\n| metric | unit | |\n|---|---|---|\n${rows.join('\n')}\n`
}

/** Keys of a profile and of a stream; what layers and values are has pages of its own. */
export function profilePage() {
  const { properties } = JSON.parse(profileJsonSchemaText())
  const inStream = properties.streams.items.properties
  const cell = text => String(text).replaceAll('|', '\\|')
  const row = ([key, { description = '', default: usual, examples }]) => {
    const more = [
      ...(usual === undefined || typeof usual === 'object' ? [] : [`default \`${cell(usual)}\``]),
      ...(examples ? [`such as ${examples.map(one => `\`${cell(one)}\``).join(', ')}`] : []),
    ].join('; ')
    return `| \`${key}\` | ${cell(description)} | ${more} |`
  }
  const table = keys => `| key | | |\n|---|---|---|\n${Object.entries(keys).map(row).join('\n')}\n`
  const nested = Object.entries({ ...properties, streams: {} })
    .filter(([, { properties: inner }]) => inner && Object.keys(inner).length > 0)
    .map(([key, { properties: inner }]) => `## ${key}\n\n${table(inner)}`)
  return `# Profile\n\n${generated}\n\nAll keys; [profiles/README.md](../../profiles/README.md) shows them at work. Headers: [headers.md](headers.md), values: [values.md](values.md), sizes: [frames.md](frames.md).\n\n${table(properties)}\n## streams\n\n${table(inStream)}\n${nested.join('\n')}`
}

/** By code: what is said, what to do, how the process ends. */
export function errorsPage(root) {
  const runs = [...runErrors(root)].map(([code, ways]) => {
    const said = ways.map(({ message, hint, exit }) =>
      [
        `- ${message}`,
        ...(exit ? [`  (exit ${exit})`] : []),
        ...(hint ? [`  What to do: ${hint}.`] : []),
      ].join('\n'),
    )
    return `### ${code}\n\n${said.join('\n') || 'Says what the kernel or the library below has said.'}\n`
  })
  const checks = [...profileErrors(root)].map(
    ([code, text]) => `### ${code}\n\n\`\`\`text\n${text}\n\`\`\`\n`,
  )
  return [
    '# Errors, by code',
    generated,
    'A failure ends with `[code]`, a mistake in a profile begins with `error[code]`. `…` stands for what is put in.',
    '## While a command runs',
    ...runs,
    '## In a profile',
    'What `nmgen check` says; the profiles are those of its tests. Exit 3, but for warnings.',
    ...checks,
  ].join('\n\n')
}
