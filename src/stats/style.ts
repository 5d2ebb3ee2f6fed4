/** How a text may look on its way out: marks, colour and width are decided by the caller, once. */
import { styleText } from 'node:util'

export interface Style {
  colour: boolean
  /** ✓ and ✗, or words in ASCII. */
  unicode: boolean
  width: number
}

export const plainStyle: Style = { colour: false, unicode: true, width: 80 }

type Format = Parameters<typeof styleText>[0]

export function paint(style: Style, format: Format, text: string): string {
  return style.colour ? styleText(format, text, { validateStream: false }) : text
}

export interface Marks {
  pass: string
  fail: string
  bar: string
  rest: string
}

export function marks(style: Style): Marks {
  return style.unicode
    ? { pass: '✓', fail: '✗', bar: '█', rest: '░' }
    : { pass: 'ok', fail: 'FAIL', bar: '#', rest: '.' }
}

/** POSIX order: LC_ALL, LC_CTYPE, LANG; the first that is set decides. */
export function isUtf8(env: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '')
}

/** no-color.org: NO_COLOR with any value that is not empty; FORCE_COLOR for those who pipe into a pager. */
export function wantsColour(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR && env.FORCE_COLOR !== '0') return true
  return stream.isTTY === true && env.TERM !== 'dumb'
}

// Some pseudo-terminals say 0, and below this a table is no longer one.
const NARROWEST = 40

export function styleFor(stream: { isTTY?: boolean; columns?: number }, env: NodeJS.ProcessEnv): Style {
  return {
    colour: wantsColour(stream, env),
    unicode: isUtf8(env),
    width: stream.columns ? Math.max(stream.columns, NARROWEST) : 80,
  }
}

/** Words of `text` in lines of at most `width`, the second and later ones indented. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    const room = width - (lines.length > 0 ? indent.length : 0)
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((text, index) => (index === 0 ? text : indent + text))
}

/** Parts are never cut: a line breaks between them. */
export function fill(parts: readonly string[], room: number): string[] {
  const lines: string[] = []
  for (const part of parts) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 3 + part.length <= room)
      lines[lines.length - 1] = `${last}   ${part}`
    else lines.push(part)
  }
  return lines
}

/** A name, never a number: what is too long ends with a mark. */
export const cut = (name: string, length: number): string =>
  name.length <= length ? name : `${name.slice(0, length - 1)}~`
