/** What a run was asked for whose rate was changed by hand: its schedules' own time, of which each change sets the speed. */
import type { RateChange, Snapshot } from '../gen/snapshot.js'
import type { Group } from '../templates/group.js'
import type { Result } from './result.js'
import { streamTimes } from './window.js'

/** Seconds that a schedule moved on between two moments of the run. */
export function scheduleSeconds(changes: readonly RateChange[], fromS: number, toS: number): number {
  let [seconds, at, factor] = [0, fromS, 1]
  for (const change of changes) {
    const until = Math.min(Math.max(change.ns / 1e9, at), Math.max(toS, at))
    seconds += (until - at) * factor
    ;[at, factor] = [until, change.factor]
  }
  return seconds + Math.max(0, toS - at) * factor
}

/** Of a stream that was due for so long. */
export function askedSeconds(final: Snapshot, group: Group, seconds: number): number {
  const { rateChanges = [] } = final
  if (rateChanges.length === 0) return seconds
  const [{ after, startNs }] = group
  const beganNs = after.length > 0 ? (streamTimes(final, group)?.firstNs ?? 0) : startNs
  return scheduleSeconds(rateChanges, beganNs / 1e9, beganNs / 1e9 + seconds)
}

/** Mean speed of schedules between two moments. Nothing of a run that nobody has changed. */
export function meanFactor({ rateChanges = [] }: Snapshot, fromS: number, toS: number): number | undefined {
  if (rateChanges.length === 0 || toS <= fromS) return undefined
  return scheduleSeconds(rateChanges, fromS, toS) / (toS - fromS)
}

/** Packets per second at the speed that the profile asks for. */
export function unchangedPps({ metrics, rate_changes = [] }: Result): number | null {
  const { offered_pps, duration_s } = metrics
  if (rate_changes.length === 0 || !offered_pps || !duration_s) return offered_pps
  const changes = rate_changes.map(({ t_s, factor }) => ({ ns: t_s * 1e9, factor }))
  return (offered_pps * duration_s) / scheduleSeconds(changes, 0, duration_s)
}

/** Nothing of a run that nobody has changed. */
export function changeResults({ rateChanges = [], elapsedNs }: Snapshot): Pick<Result, 'rate_changes'> {
  const made = rateChanges.filter(({ ns }) => ns < elapsedNs)
  return made.length === 0 ? {} : { rate_changes: made.map(({ ns, factor }) => ({ t_s: ns / 1e9, factor })) }
}
