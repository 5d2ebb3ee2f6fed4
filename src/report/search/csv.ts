import type { Rates } from '../../find/measured.js'
import { csvLine } from '../csv.js'
import type { FindReport, SearchReport } from './report.js'
import { boundsText } from './words.js'

const head = [
  'row',
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
  'load_pps',
  'loss_ratio',
  'bounds',
  'direction',
  'sent_pps',
  'received_pps',
]

/**
 * `found`: a row for each search and goal; `direction`: for each way at what was found, and for all ways together; `load`:
 * for each load of a search. What was not found is empty.
 */
export const searchCsv = (report: FindReport): string =>
  [head, ...report.searches.flatMap(search => rowsOf(report, search))].map(csvLine).join('')

function rowsOf({ started_at, profile }: FindReport, search: SearchReport): unknown[][] {
  const settings = Object.entries(search.settings).map(([path, value]) => `${path}=${value}`)
  const of = (row: string) => [row, started_at, profile.name, profile.seed, settings.join(' '), search.ended]
  const limits = [search.frame_bytes, search.min_pps, search.max_pps, search.reference_pps]
  const found = search.findings.map(({ goal, lowerPps, upperPps, throughputPps, irregular, limitedBy }) => [
    ...of('found'),
    ...[goal, lowerPps, upperPps, throughputPps, irregular, limitedBy, ...limits],
    ...[search.trials.length, search.seconds, null, null, null],
  ])
  const loads = search.loads.map(load => [
    ...of('load'),
    ...[null, null, null, null, null, null, ...limits],
    ...[load.trials, load.seconds, load.loadPps, load.lossRatio, boundsText(load)],
  ])
  const ways = Object.entries(search.directions).flatMap(([goal, each]) => {
    const row = (name: string, { sentPps, receivedPps, lossRatio }: Rates) => [
      ...of('direction'),
      ...[goal, null, null, null, null, null, ...limits],
      ...[null, null, null, lossRatio, null, name, sentPps, receivedPps],
    ]
    const all = search.together[goal]
    return all ? [...each.map(way => row(`${way.tx} -> ${way.rx}`, way)), row('all', all)] : []
  })
  return [...found, ...ways, ...loads]
}
