import { csvLine } from '../csv.js'
import type { FindReport } from './report.js'

const head = [
  'started_at',
  'profile',
  'seed',
  'settings',
  'ended',
  'goal',
  'lower_pps',
  'upper_pps',
  'throughput_pps',
  'irregular',
  'limited_by',
  'frame_bytes',
  'min_pps',
  'max_pps',
  'reference_pps',
  'trials',
  'seconds',
]

/** One row a search and goal; what was not found is empty. */
export const searchCsv = ({ started_at, profile, searches }: FindReport): string =>
  [
    head,
    ...searches.flatMap(search =>
      search.findings.map(({ goal, lowerPps, upperPps, throughputPps, irregular, limitedBy }) => [
        started_at,
        profile.name,
        profile.seed,
        Object.entries(search.settings)
          .map(([path, value]) => `${path}=${value}`)
          .join(' '),
        search.ended,
        goal,
        lowerPps,
        upperPps,
        throughputPps,
        irregular,
        limitedBy,
        search.frame_bytes,
        search.min_pps,
        search.max_pps,
        search.reference_pps,
        search.trials.length,
        search.seconds,
      ]),
    ),
  ]
    .map(csvLine)
    .join('')
