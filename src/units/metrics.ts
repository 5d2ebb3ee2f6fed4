/**
 * The flat metrics of a result: one row each. Thresholds, `compare` and exporters know a metric by its row alone,
 * so a new metric is a row here and its arithmetic in src/stats/.
 */

/** What a metric counts: decides how it is written for people. */
export type Unit =
  | 'packets'
  | 'bytes'
  | 'pps'
  | 'bps'
  | 's'
  | 'ns'
  | 'ratio'
  | 'cycles'
  | 'samples'
  | 'number'

export const METRICS = {
  tx_packets: 'packets',
  /** Bytes of frames, the 4-byte FCS included. */
  tx_bytes: 'bytes',
  tx_pps: 'pps',
  /** Layer 1: frame + 20 bytes of preamble, start delimiter and gap. */
  tx_bps_l1: 'bps',
  /** Layer 2: frame with FCS. */
  tx_bps_l2: 'bps',
  /** What the schedule asked for. */
  offered_pps: 'pps',
  /** From the first packet to the last one, over the TX queues; not the life of the process. */
  duration_s: 's',
  /** Frames recognised as a stream's, duplicates included. */
  rx_packets: 'packets',
  /** Received over the duration of sending (the forwarding rate of RFC 2285, section 3.6.1). */
  rx_pps: 'pps',
  lost: 'packets',
  loss_ratio: 'ratio',
  duplicates: 'packets',
  /** Type-P-Reordered of RFC 4737. */
  reordered: 'packets',
  /** Packets that came between the first later one and the reordered one: the most (RFC 4737, section 4.2). */
  reorder_extent_max: 'packets',
  reorder_extent_mean: 'number',
  /** Runs of lost packets (loss periods, RFC 3357), in the sequence of each TX queue; and packets of the longest. */
  gaps: 'number',
  longest_gap: 'packets',
  /** How long the packets of the longest outage took to be sent. */
  outage_ns: 'ns',
  corrupted: 'packets',
  late_packets: 'packets',
  /** Due, and never sent: the run ended first, or they were too late to be sent. */
  unsent: 'packets',
  /** Time that the TX queues waited for room in their rings, added up. */
  ring_full_ns: 'ns',
  /** The longest time in which a sending loop did not look at its clock. */
  longest_stall_ns: 'ns',
  latency_min_ns: 'ns',
  latency_mean_ns: 'ns',
  latency_p50_ns: 'ns',
  latency_p90_ns: 'ns',
  latency_p99_ns: 'ns',
  latency_p999_ns: 'ns',
  latency_max_ns: 'ns',
  latency_count: 'samples',
  /** Since packets were due, when they arrive: free of coordinated omission. `latency` is since they were sent. */
  schedule_min_ns: 'ns',
  schedule_mean_ns: 'ns',
  schedule_p50_ns: 'ns',
  schedule_p90_ns: 'ns',
  schedule_p99_ns: 'ns',
  schedule_p999_ns: 'ns',
  schedule_max_ns: 'ns',
  schedule_count: 'samples',
  /** Since packets were due, when they are sent. */
  lateness_min_ns: 'ns',
  lateness_mean_ns: 'ns',
  lateness_p50_ns: 'ns',
  lateness_p90_ns: 'ns',
  lateness_p99_ns: 'ns',
  lateness_p999_ns: 'ns',
  lateness_max_ns: 'ns',
  lateness_count: 'samples',
  cycles_per_packet: 'cycles',
} as const satisfies Record<string, Unit>

export type MetricName = keyof typeof METRICS

/** null: could not be measured, which is never the same as 0. */
export type Metrics = Record<MetricName, number | null>

export const metricNames = Object.keys(METRICS) as MetricName[]

export function isMetric(name: string): name is MetricName {
  return Object.hasOwn(METRICS, name)
}

/** What is known of a group of a stream's packets. */
export const GROUP_METRICS = [
  'tx_packets',
  'rx_packets',
  'lost',
  'loss_ratio',
  'duplicates',
  'reordered',
  'gaps',
  'longest_gap',
  'outage_ns',
  'latency_min_ns',
  'latency_mean_ns',
  'latency_p50_ns',
  'latency_p90_ns',
  'latency_p99_ns',
  'latency_p999_ns',
  'latency_max_ns',
  'latency_count',
] as const satisfies readonly MetricName[]

export type GroupMetricName = (typeof GROUP_METRICS)[number]

export const isGroupMetric = (name: string): name is GroupMetricName =>
  (GROUP_METRICS as readonly string[]).includes(name)
