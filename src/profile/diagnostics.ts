import { codeFrameColumns } from '@babel/code-frame'
import type { Position } from './locate.js'
import type { YamlPath } from './model.js'

/** One thing that is wrong with a profile, and where. Codes are stable: scripts look at them. */
export interface Diagnostic extends Position {
  code: string
  severity: 'error' | 'warning'
  message: string
  hint?: string
  path: YamlPath
  file: string
}

export interface RenderOptions {
  /** The text of the profile. */
  text: string
  color: boolean
}

/** As rustc prints it: code and sentence, place, source line with carets, and what to do. */
export function renderDiagnostic(diagnostic: Diagnostic, { text, color }: RenderOptions): string {
  const { code, severity, message, hint, line, column, endColumn, setting, settingFile } = diagnostic
  const file = setting === undefined ? diagnostic.file : settingFile
  const place = file === undefined ? '--set' : `${printable(file)}:${line}:${column}`
  const shown = windowed(printable(setting ?? text), { line, column, endColumn })
  const location = { start: { line, column: shown.column }, end: { line, column: shown.endColumn } }
  const frame = codeFrameColumns(shown.text, location, {
    linesAbove: 1,
    linesBelow: 0,
    ...(color && { forceColor: true }),
  })
  const head = `${paint(`${severity}[${code}]`, severity === 'error' ? 31 : 33, color)}: ${printable(message)}`
  const lines = [head, ` --> ${place}`, frame]
  if (hint !== undefined) lines.push(`  = help: ${printable(hint)}`)
  return lines.join('\n')
}

/** Longer lines are cut around the caret, so that it stays below what it marks. */
const widest = 160

function windowed(
  text: string,
  { line, column, endColumn }: Pick<Position, 'line' | 'column' | 'endColumn'>,
) {
  const lines = text.split('\n').slice(0, line)
  const cut = lines.at(-1)!.length <= widest ? 0 : Math.max(0, column - 1 - widest / 2)
  const trim = (each: string) =>
    each.length <= widest
      ? each
      : `${cut > 0 ? '...' : ''}${each.slice(cut, cut + widest)}${each.length > cut + widest ? '...' : ''}`
  const shift = cut > 0 ? cut - 3 : 0
  const end = Math.min(endColumn - shift, widest + 4)
  return {
    text: [...lines.slice(0, -2), ...lines.slice(-2).map(trim)].join('\n'),
    column: column - shift,
    endColumn: Math.max(end, column - shift + 1),
  }
}

/** A profile from elsewhere must not drive the reader's terminal; a blank keeps the columns right. */
const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is meant
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f\u0080-\u009f]/g, ' ')

const paint = (text: string, colour: number, color: boolean): string =>
  color ? `\u001b[1;${colour}m${text}\u001b[0m` : text

/** More than this many in one file are one mistake made often. */
const maxRendered = 100

/** All of them, a blank line between. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions): string {
  const rest = diagnostics.length - maxRendered
  const rendered = diagnostics
    .slice(0, maxRendered)
    .map(diagnostic => `${renderDiagnostic(diagnostic, options)}\n`)
  return [...rendered, ...(rest > 0 ? [`and ${rest} more\n`] : [])].join('\n')
}

/** By place in the file; what came from `--set` follows. */
export const inFileOrder = (a: Diagnostic, b: Diagnostic): number =>
  Number(a.setting !== undefined) - Number(b.setting !== undefined) || a.line - b.line || a.column - b.column

/** What stands once and is used twice, through an alias, `like` or a matrix, is wrong once. */
export function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ line, column, code, message, setting }: Diagnostic) =>
    [line, column, code, message, setting].join('\n')
  return [...new Map(diagnostics.map(diagnostic => [key(diagnostic), diagnostic])).values()]
}
