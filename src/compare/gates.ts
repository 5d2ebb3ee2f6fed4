/** Which metrics decide, by how much they may change, and which way is worse. */
import type { MetricName } from '../units/metrics.js'

export type Better = 'higher' | 'lower'

export interface Gate {
  metric: MetricName
  /** Ratio of a change that matters. */
  theta: number
  /** Changes of less, in the metric's unit, are within the resolution of the measurement. */
  floor: number
}

/** What is neither better nor worse is not compared. */
export const better: Partial<Record<MetricName, Better>> = {
  tx_pps: 'higher',
  rx_pps: 'higher',
  loss_ratio: 'lower',
  duplicates: 'lower',
  reordered: 'lower',
  corrupted: 'lower',
  late_packets: 'lower',
  unsent: 'lower',
  latency_mean_ns: 'lower',
  latency_p50_ns: 'lower',
  latency_p90_ns: 'lower',
  latency_p99_ns: 'lower',
  latency_p999_ns: 'lower',
  cycles_per_packet: 'lower',
}

/** Two clock reads of some tens of nanoseconds, and the burst between them: below a microsecond nothing is certain. */
const LATENCY_FLOOR_NS = 1000

const THETA: Partial<Record<MetricName, number>> = {
  latency_p50_ns: 0.1,
  latency_mean_ns: 0.1,
  latency_p90_ns: 0.1,
  latency_p99_ns: 0.15,
  latency_p999_ns: 0.25,
  loss_ratio: 0.1,
}

/** Throughput, unless said otherwise. */
const DEFAULT_THETA = 0.03

export function gateFor(metric: MetricName, theta: number = THETA[metric] ?? DEFAULT_THETA): Gate {
  return { metric, theta, floor: metric.startsWith('latency_') ? LATENCY_FLOOR_NS : 0 }
}

/** Few, so that chance has few opportunities: the rate that arrived (or was sent, without a receiver), loss, and p99. */
export const usualGates = (measured: ReadonlySet<MetricName>): Gate[] =>
  [
    measured.has('rx_pps') ? ('rx_pps' as const) : ('tx_pps' as const),
    'loss_ratio' as const,
    'latency_p99_ns' as const,
  ]
    .filter(metric => measured.has(metric))
    .map(metric => gateFor(metric))

/** Samples that a percentile needs, so that ten lie beyond it. */
export const samplesFor: Partial<Record<MetricName, number>> = {
  latency_p50_ns: 20,
  latency_p90_ns: 100,
  latency_p99_ns: 1000,
  latency_p999_ns: 10_000,
}
