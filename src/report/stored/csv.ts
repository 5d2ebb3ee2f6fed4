import type { Result } from '../../stats/result.js'
import { metricNames } from '../../units/metrics.js'
import type { StoredFormat } from './stored.js'

/** RFC 4180, with the line ends of Unix: one row a run, then one for each of its streams. Not measured: empty. */
export const csv: StoredFormat = {
  name: 'csv',
  describe: 'one row a run and stream, all metrics',
  write: results => [head, ...results.flatMap(({ result }) => rowsOf(result))].map(line).join(''),
}

const head = ['started_at', 'profile', 'seed', 'stream', 'verdict', 'limited_by', ...metricNames]

function rowsOf({ started_at, profile, verdict, limited_by, metrics, streams }: Result): unknown[][] {
  const row = (stream: string, measured: Result['metrics']) => [
    started_at,
    profile.name,
    profile.seed,
    stream,
    verdict,
    limited_by,
    ...metricNames.map(name => measured[name]),
  ]
  return [row('', metrics), ...Object.entries(streams).map(([name, stream]) => row(name, stream))]
}

const line = (cells: readonly unknown[]): string => `${cells.map(cell).join(',')}\n`

function cell(value: unknown): string {
  const text = value === null || value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text
}
