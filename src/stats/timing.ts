/** How the schedule was kept: what senders and receivers say of it, added up. */
import type { RunOutcome, Timing, TimingCounts } from '../gen/snapshot.js'
import { joiner } from './joined.js'
import {
  type Hdr,
  type KindMetrics,
  type LatencyMetrics,
  latencyMetrics,
  metricsOf,
  noLatency,
} from './latency.js'
import type { Accuracy, Gaps } from './result.js'
import { ownHistograms } from './sharers.js'
import { sum } from './tx.js'

export type TimingMetrics = KindMetrics<'schedule'> & KindMetrics<'lateness'>

type Timings = Pick<RunOutcome, 'schedule' | 'lateness'>

/** Of all streams, or of those with these ids, where nobody else is counted with them; else nothing is known. */
export function timingMetrics(
  { schedule, lateness }: Timings,
  hdr: Hdr | null,
  ids?: readonly number[],
): TimingMetrics {
  return joined(
    metricsOf('schedule', metricsFor(schedule, hdr, ids)),
    metricsOf('lateness', metricsFor(lateness, hdr, ids)),
  )
}

const joined = joiner<TimingMetrics>()

function metricsFor(timings: readonly Timing[], hdr: Hdr | null, ids?: readonly number[]): LatencyMetrics {
  const own = ids ? ownHistograms(timings, ids) : timings
  if (!own || own.length === 0) return noLatency
  return latencyMetrics(
    added(own),
    hdr,
    own.map(({ counts }) => counts),
  )
}

function added(parts: readonly TimingCounts[]): TimingCounts {
  const counted = parts.filter(({ count }) => count > 0)
  const errors = parts[0]?.errors ?? []
  return {
    count: sum(parts.map(({ count }) => count)),
    sumNs: sum(parts.map(({ sumNs }) => sumNs)),
    minNs: counted.length === 0 ? 0 : Math.min(...counted.map(({ minNs }) => minNs)),
    maxNs: Math.max(0, ...parts.map(({ maxNs }) => maxNs)),
    gaps: sum(parts.map(({ gaps }) => gaps)),
    microBursts: sum(parts.map(({ microBursts }) => microBursts)),
    errors: errors.map((_, k) => sum(parts.map(part => part.errors[k]!))),
  }
}

/** null: there was no schedule, or too few packets for a gap. */
export function accuracyOf({ schedule, lateness }: Timings): Accuracy | null {
  const [departures, arrivals] = [gapsOf(lateness), gapsOf(schedule)]
  return departures === null ? null : { departures, arrivals }
}

function gapsOf(timings: readonly Timing[]): Gaps | null {
  const { gaps, errors, microBursts } = added(timings)
  if (gaps === 0) return null
  const within = (classes: number) => sum(errors.slice(0, classes)) / gaps
  return {
    gaps,
    within_64_ns: within(1),
    within_128_ns: within(2),
    within_256_ns: within(3),
    within_512_ns: within(4),
    within_1024_ns: within(5),
    micro_bursts: microBursts / gaps,
  }
}
