/** Percentiles from the bucket counts of the native receiver. The only user of hdr-histogram-js's arithmetic. */
import type { Float64Histogram } from 'hdr-histogram-js'

import type { Histograms } from '../gen/snapshot.js'

export type { Histograms, StreamHistogram } from '../gen/snapshot.js'

/** The geometry that native/tx records in: 1 ns to 60 s, 3 significant digits (2048 sub-buckets, unit magnitude 0). */
export const GEOMETRY = {
  lowestDiscernibleValue: 1,
  highestTrackableValue: 60e9,
  numberOfSignificantValueDigits: 3,
  autoResize: false,
} as const

/** The library instantiates WebAssembly on import, so only a run that has latency to report loads it. */
export async function loadHdr() {
  // CommonJS: a bundle has its exports only as the default one.
  return (await import('hdr-histogram-js')).default
}

export type Hdr = Awaited<ReturnType<typeof loadHdr>>

/** A histogram that holds these bucket counts, added up over all of `parts`. */
export function toHistogram(hdr: Hdr, parts: readonly BigUint64Array[]): Float64Histogram {
  const histogram = hdr.build({ ...GEOMETRY, bitBucketSize: 64 }) as Float64Histogram
  for (const counts of parts) addCounts(histogram, counts)
  return histogram
}

function addCounts(histogram: Float64Histogram, counts: BigUint64Array): void {
  // A longer page would mean another geometry, and every percentile of it would be wrong.
  if (counts.length > histogram.countsArrayLength) {
    throw new Error(`${counts.length} latency buckets, expected at most ${histogram.countsArrayLength}`)
  }
  for (const [index, count] of counts.entries()) {
    if (count !== 0n) addCount(histogram, index, Number(count))
  }
}

// addToCountAtIndex alone leaves the total and the extremes untouched, and percentiles and the encoder need them.
function addCount(histogram: Float64Histogram, index: number, count: number): void {
  histogram.addToCountAtIndex(index, count)
  histogram.addToTotalCount(count)
  histogram.updateMinAndMax(histogram.valueFromIndex(index))
}

/** What was summed outside of the buckets, and therefore exactly. */
export interface LatencySums {
  count: number
  sumNs: number
  minNs: number
  maxNs: number
}

export type LatencyMetrics = {
  latency_min_ns: number | null
  latency_mean_ns: number | null
  latency_p50_ns: number | null
  latency_p90_ns: number | null
  latency_p99_ns: number | null
  latency_p999_ns: number | null
  latency_max_ns: number | null
  latency_count: number | null
}

export const noLatency: LatencyMetrics = {
  latency_min_ns: null,
  latency_mean_ns: null,
  latency_p50_ns: null,
  latency_p90_ns: null,
  latency_p99_ns: null,
  latency_p999_ns: null,
  latency_max_ns: null,
  latency_count: null,
}

const nothingCounted: LatencyMetrics = { ...noLatency, latency_count: 0 }

/** Percentiles are those of all `parts` together, and unknown without any. A histogram takes 216 KiB: none is made for nothing. */
export function latencyMetrics(
  sums: LatencySums,
  hdr: Hdr | null,
  parts: readonly BigUint64Array[],
): LatencyMetrics {
  const isNeeded = sums.count > 0 && parts.length > 0
  return metricsWith(sums, hdr && isNeeded ? toHistogram(hdr, parts) : null)
}

/** Mean, minimum and maximum are exact; percentiles are right to three digits and never beyond the exact extremes. */
export function metricsWith(sums: LatencySums, histogram: Float64Histogram | null): LatencyMetrics {
  if (sums.count === 0) return nothingCounted
  const at = (percentile: number) => percentileWithin(histogram, percentile, sums)
  return {
    latency_min_ns: sums.minNs,
    latency_mean_ns: sums.sumNs / sums.count,
    latency_p50_ns: at(50),
    latency_p90_ns: at(90),
    latency_p99_ns: at(99),
    latency_p999_ns: at(99.9),
    latency_max_ns: sums.maxNs,
    latency_count: sums.count,
  }
}

// A bucket's upper end may lie beyond the largest value that was recorded in it.
function percentileWithin(histogram: Float64Histogram | null, percentile: number, sums: LatencySums) {
  if (histogram === null || histogram.totalCount === 0) return null
  return Math.min(Math.max(histogram.getValueAtPercentile(percentile), sums.minNs), sums.maxNs)
}

/** The same of another kind of histogram: `schedule_p99_ns` and the like. */
export type KindMetrics<K extends keyof Histograms> = {
  [Name in keyof LatencyMetrics as Name extends `latency_${infer Rest}` ? `${K}_${Rest}` : never]:
    | number
    | null
}

export function metricsOf<K extends keyof Histograms>(kind: K, metrics: LatencyMetrics): KindMetrics<K> {
  const of = (metrics === noLatency && nothingKnown.get(kind)) || renamed(kind, metrics)
  if (metrics === noLatency) nothingKnown.set(kind, of)
  return of as KindMetrics<K>
}

/** By kind: of most streams, where they are thousands. */
const nothingKnown = new Map<keyof Histograms, object>()

const renamed = (kind: keyof Histograms, metrics: LatencyMetrics): object =>
  Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name.replace('latency', kind), value]))
