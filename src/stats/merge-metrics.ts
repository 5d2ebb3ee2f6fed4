/** Metrics of parts → metrics of the whole: counts add, extremes stay, and what is a quotient is made of the sums. */
import type { Float64Histogram } from 'hdr-histogram-js'
import type { MetricName, Metrics } from '../units/metrics.js'
import { type Histograms, type LatencyMetrics, metricsOf, metricsWith, noLatency } from './latency.js'
import type { Merged } from './result.js'
import { per, sum, txMetrics } from './tx.js'

/** `shards` sent at the same time, so that their rates add; `repeats` one after the other, so that their times do. */
export type Way = Merged['of']

/** A new metric needs a line here: nothing is left out in silence. */
const HOW = {
  tx_packets: 'sum',
  tx_bytes: 'sum',
  tx_pps: 'made',
  tx_bps_l1: 'made',
  tx_bps_l2: 'made',
  offered_pps: 'made',
  duration_s: 'made',
  rx_packets: 'sum',
  rx_pps: 'made',
  lost: 'sum',
  loss_ratio: 'made',
  duplicates: 'sum',
  reordered: 'sum',
  reorder_extent_max: 'max',
  reorder_extent_mean: 'made',
  gaps: 'sum',
  longest_gap: 'max',
  outage_ns: 'max',
  corrupted: 'sum',
  late_packets: 'sum',
  unsent: 'sum',
  ring_full_ns: 'sum',
  longest_stall_ns: 'max',
  cycles_per_packet: 'made',
} as const satisfies Record<Exclude<MetricName, `${keyof Histograms}_${string}`>, 'sum' | 'max' | 'made'>

export interface Whole {
  way: Way
  /** Of all parts together; null where they were not kept for this stream alone. */
  histogram(kind: keyof Histograms): Float64Histogram | null
  /** Packets that were sent to a receiver, where that is not told by the loss of these metrics. */
  heard: number | null
}

export function mergeMetrics(parts: readonly Metrics[], whole: Whole): Metrics {
  const added = addedUp(parts)
  const seconds = secondsOf(parts, whole.way)
  const sent = { packets: added.tx_packets ?? 0, frameBytes: added.tx_bytes ?? 0 }
  return {
    ...added,
    ...txMetrics(sent, seconds),
    offered_pps: offeredOf(parts, whole.way),
    rx_pps: added.rx_packets === null ? null : per(added.rx_packets, seconds),
    loss_ratio: lossRatio(added.lost, whole.heard),
    reorder_extent_mean: mean(parts, 'reorder_extent_mean', 'reordered'),
    cycles_per_packet: mean(parts, 'cycles_per_packet', 'tx_packets'),
    ...timesOf(parts, 'latency', whole),
    ...timesOf(parts, 'schedule', whole),
    ...timesOf(parts, 'lateness', whole),
  }
}

const valuesOf = (parts: readonly Metrics[], name: MetricName): (number | null)[] =>
  parts.map(metrics => metrics[name] ?? null)

/** What one part does not know, the whole does not know. */
function addedUp(parts: readonly Metrics[]): Sums {
  const entries = Object.entries(HOW).filter(([, how]) => how !== 'made') as [MetricName, 'sum' | 'max'][]
  const values = entries.map(([name, how]) => [name, added(valuesOf(parts, name), how)] as const)
  return Object.fromEntries(values) as unknown as Sums
}

function added(values: readonly (number | null)[], how: 'sum' | 'max'): number | null {
  if (values.includes(null)) return null
  const known = values as readonly number[]
  return how === 'sum' ? sum(known) : Math.max(...known)
}

type Sums = Pick<
  Metrics,
  { [K in keyof typeof HOW]: (typeof HOW)[K] extends 'made' ? never : K }[keyof typeof HOW]
>

function secondsOf(parts: readonly Metrics[], way: Way): number | null {
  const known = valuesOf(parts, 'duration_s').filter(value => value !== null)
  if (known.length === 0) return null
  return way === 'shards' ? Math.max(...known) : sum(known)
}

function offeredOf(parts: readonly Metrics[], way: Way): number | null {
  const asked = valuesOf(parts, 'offered_pps')
  if (asked.includes(null)) return null
  return way === 'shards' ? sum(asked as number[]) : mean(parts, 'offered_pps', 'duration_s')
}

const lossRatio = (lost: number | null, heard: number | null): number | null =>
  lost === null || heard === null || heard === 0 ? null : lost / heard

/** Weighted by what was averaged over in each part; parts in which nothing was do not count. */
function mean(parts: readonly Metrics[], name: MetricName, weight: MetricName): number | null {
  const known = parts.flatMap(metrics => {
    const [value, times] = [metrics[name] ?? null, metrics[weight] ?? null]
    return value !== null && times !== null && times > 0 ? [{ value, times }] : []
  })
  const total = sum(known.map(({ times }) => times))
  return total === 0 ? null : sum(known.map(({ value, times }) => value * times)) / total
}

function timesOf(parts: readonly Metrics[], kind: keyof Histograms, { histogram }: Whole) {
  const name = (what: string) => `${kind}_${what}` as MetricName
  const counts = valuesOf(parts, name('count'))
  if (counts.includes(null)) return metricsOf(kind, noLatency)
  const counted = parts.filter(metrics => metrics[name('count')]! > 0)
  const sums = {
    count: sum(counts as number[]),
    sumNs: sum(counted.map(metrics => metrics[name('mean_ns')]! * metrics[name('count')]!)),
    minNs: Math.min(...counted.map(metrics => metrics[name('min_ns')]!)),
    maxNs: Math.max(0, ...counted.map(metrics => metrics[name('max_ns')]!)),
  }
  const buckets = histogram(kind)
  // Of other packets, too, or not of all of these: then its percentiles are not theirs.
  const own = buckets?.totalCount === sums.count ? buckets : null
  const made: LatencyMetrics = metricsWith(sums, own)
  return metricsOf(kind, made)
}
