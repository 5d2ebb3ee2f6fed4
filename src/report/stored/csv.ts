import type { Result } from '../../stats/result.js'
import { metricNames } from '../../units/metrics.js'
import { csvLine } from '../csv.js'
import type { StoredFormat } from './stored.js'

/** One row a run, then one for each of its streams. */
export const csv: StoredFormat = {
  name: 'csv',
  describe: 'one row a run and stream, all metrics',
  write: results => [head, ...results.flatMap(({ result }) => rowsOf(result))].map(csvLine).join(''),
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
