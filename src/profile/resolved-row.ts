import type { YamlPath } from './model-places.js'

/** `default`, `computed`, or who gave it: `profile`, `--set`, with a line as `profile:12`, or the flag or variable. */
export type Origin = string

/** One value of a resolved profile; `path` is what `--set` takes. */
export interface ResolvedRow {
  path: string
  value: string
  origin: Origin
  line?: number
}

/** Its line, where it has one, is a number of its own. */
export function rowOf(path: string, value: string, given: Origin): ResolvedRow {
  const [, origin = given, line] = /^(.+):(\d+)$/.exec(given) ?? []
  return { path, value, origin, ...(line !== undefined && { line: Number(line) }) }
}

export type OriginOf = (path: YamlPath) => Origin

/** Three aligned columns: path, value, origin. */
export function formatRows(rows: readonly ResolvedRow[]): string {
  const width = (column: 'path' | 'value', limit: number) =>
    Math.min(limit, Math.max(0, ...rows.map(row => row[column].length)))
  const [path, value] = [width('path', 60), width('value', 40)]
  return rows
    .map(
      row =>
        `${row.path.padEnd(path)}  ${row.value.padEnd(value)}  ${row.origin}${row.line === undefined ? '' : `:${row.line}`}\n`,
    )
    .join('')
}
