/** What every format of a search says, in the same words. */
import type { Finding, Irregular, LoadSummary } from '../../find/findings.js'
import type { Rates } from '../../find/measured.js'
import { magnitude, nanoseconds, percent } from '../../stats/format.js'
import type { Ended, FindReport, SearchReport } from './report.js'

/** Preamble, start delimiter and gap (IEEE 802.3). */
const WIRE_OVERHEAD_BYTES = 20

export const ENDED: Record<Ended, string> = {
  complete: 'complete',
  timeout: 'the time was up before the search was over',
  interrupted: 'interrupted',
  terminated: 'terminated',
  'device-died': 'the device stopped forwarding, also what it had forwarded before',
  broken: 'a trial broke',
  failed: 'it could not be done',
}

const IRREGULAR: Record<Irregular, string> = {
  'max-load': 'the highest load that was tried is met: the device may take more',
  'no-load': 'not even the lowest load is met',
  unfinished: 'the bounds are further apart than asked',
}

export const pps = (value: number | null): string => (value === null ? '-' : magnitude(value, 'pps'))

export const bitsL1 = (value: number | null, frameBytes: number): string =>
  value === null ? '-' : magnitude(value * (frameBytes + WIRE_OVERHEAD_BYTES) * 8, 'bps')

export const intervalText = ({ lowerPps, upperPps }: Finding): string =>
  `${pps(lowerPps)} .. ${pps(upperPps)}`

/** Whether it can be believed, and what was the limit. */
export function remark({ irregular, limitedBy }: Finding): string {
  const limited = limitedBy === 'generator' ? 'limited by the generator, not the device' : ''
  return [irregular === null ? '' : IRREGULAR[irregular], limited].filter(text => text !== '').join('; ')
}

/** `frame=64B rules=100`: only the last word of a path, if that is enough to tell them apart. */
export function settingsText(settings: SearchReport['settings']): string {
  const short = (path: string) => path.slice(path.lastIndexOf('.') + 1)
  const paths = Object.keys(settings)
  const unique = new Set(paths.map(short)).size === paths.length
  return paths.map(path => `${unique ? short(path) : path}=${settings[path]}`).join(' ')
}

/** What a load is to each goal: `ndr lower, pdr undecided`. */
export const boundsText = ({ classes }: LoadSummary): string =>
  Object.entries(classes)
    .map(([goal, found]) => `${goal} ${found}`)
    .join(', ')

export const conditionsText = ({ conditions }: FindReport['goals'][number]): string =>
  conditions.map(({ text }) => text).join(', ')

/** Why the report as a whole has its verdict. */
export function because({ verdict, searches }: FindReport): string {
  const ended = searches.find(({ ended }) => ended !== 'complete')
  if (ended) return ended.error?.message ?? ENDED[ended.ended]
  const remarks = searches.flatMap(({ findings }) =>
    findings.flatMap(finding => (remark(finding) ? [`${finding.goal}: ${remark(finding)}`] : [])),
  )
  return verdict === 'found' ? 'every goal has its interval' : [...new Set(remarks)].join('; ')
}

export function burstText({ bursts }: SearchReport): string {
  if (bursts === null) return ''
  if (bursts.averageFrames === null) return 'no burst was measured to its end'
  const { averageFrames, minFrames, maxFrames, deviationFrames, repeats, stepFrames, correctedBufferS } =
    bursts
  const frames = (value: number | null) => Math.round(value ?? 0).toLocaleString('en-US')
  const buffer =
    correctedBufferS === null ? '' : `; buffer ${nanoseconds(correctedBufferS * 1e9)} (corrected)`
  const open = bursts.unbounded ? '; the longest that was tried went through: there may be no limit' : ''
  return `longest burst ${frames(averageFrames)} frames on average of ${repeats} (${frames(minFrames)} to ${frames(maxFrames)}, deviation ${frames(deviationFrames)}, step ${stepFrames})${buffer}${open}`
}

export const latencyText = ({ latency }: SearchReport): string =>
  latency === null || latency.typicalNs === null || latency.worstNs === null
    ? ''
    : `latency at ${pps(latency.loadPps)}: typical ${nanoseconds(latency.typicalNs)}, worst ${nanoseconds(latency.worstNs)} (medians of ${latency.repeats})`

export function recoveryText({ recovery }: SearchReport): string {
  if (!recovery) return ''
  const { averageS, recovered, repeats, overloadPps, slotS } = recovery
  const time =
    averageS === null
      ? 'not recovered'
      : averageS === 0
        ? 'recovered at once'
        : `recovered after ${nanoseconds(averageS * 1e9)}`
  return `${time} (${recovered} of ${repeats} overloads of ${pps(overloadPps)}, to within ${nanoseconds(slotS * 1e9)})`
}

/** What else a search has measured. */
export const benchmarkLines = (search: SearchReport): string[] =>
  [burstText(search), latencyText(search), recoveryText(search)].filter(text => text !== '')

/** Per direction where there are several, and the sum of them, which says that it is one. */
export function directionLines({ directions, together }: SearchReport): string[] {
  return Object.entries(directions).flatMap(([goal, ways]) => {
    const all = together[goal]
    if (!all) return []
    return [
      ...ways.map(way => `${goal} ${way.tx} -> ${way.rx}: ${ratesText(way)}`),
      `${goal} all ${ways.length} directions together: ${ratesText(all)}`,
    ]
  })
}

const ratesText = ({ sentPps, receivedPps, lossRatio }: Rates): string =>
  `sent ${pps(sentPps)}, received ${pps(receivedPps)}, lost ${lossRatio === null ? '-' : percent(lossRatio)}`
