import { count, inUnit, nanoseconds, percent, rate } from '../stats/format.js'
import type { Histograms } from '../stats/latency.js'
import type { Gaps, Result } from '../stats/result.js'
import { METRICS, type MetricName } from '../units/metrics.js'

/** One labelled row of the summary; parts are kept whole and stand three spaces apart. */
export interface Row {
  label: string
  parts: string[]
}

/** Asked, offered, sent and received are different numbers, and all of them are said. */
export function rows(result: Result): Row[] {
  return [
    ...merged(result),
    asked(result),
    offered(result),
    sent(result),
    limited(result),
    ...received(result),
    ...latency(result),
    ...sinceDue(result),
    ...calibration(result),
    ...accuracy(result),
  ]
}

function merged({ merged: found }: Result): Row[] {
  if (!found) return []
  const what = found.of === 'shards' ? 'shards that sent at the same time' : 'runs one after the other'
  return [{ label: 'merged', parts: [`${found.parts.length} ${what}`] }]
}

function asked(result: Result): Row {
  const streams = Object.entries(result.streams).filter(([, { part_of }]) => part_of === undefined)
  const [only] = streams
  const parts = streams.map(([name, stream]) => `${name} ${rate(stream.asked)}`)
  return { label: 'asked', parts: streams.length === 1 && only ? [rate(only[1].asked)] : parts }
}

function offered(result: Result): Row {
  return { label: 'offered', parts: [value(result, 'offered_pps')] }
}

function sent(result: Result): Row {
  const { metrics } = result
  const parts = [
    `${count(metrics.tx_packets ?? 0)} packets`,
    `in ${value(result, 'duration_s')}`,
    value(result, 'tx_pps'),
    `${value(result, 'tx_bps_l1')} L1, ${value(result, 'tx_bps_l2')} L2`,
  ]
  const all = metrics.duration_s === null ? parts.slice(0, 1) : parts
  return { label: 'sent', parts: [...all, ...some(metrics.unsent, 'due but not sent')] }
}

const LIMITS = {
  pacing: 'the schedule: the asked rate was held',
  link: 'the link: it is full',
  ring: 'a full ring: the device is slower than nmgen',
  kernel: 'the kernel: most of the time went into its calls',
  generator: 'nmgen itself: rings had room',
  receiver: 'the receiver of this host: it did not keep up',
  device: 'the device: it lost what was sent as asked',
} as const

function limited({ limited_by, metrics }: Result): Row {
  const parts = limited_by === null ? ['nothing was sent'] : [LIMITS[limited_by]]
  // Of a paced run these are the cycles between two packets, not those that a packet costs.
  if (metrics.cycles_per_packet !== null && limited_by !== 'pacing')
    parts.push(`${metrics.cycles_per_packet.toFixed(1)} cycles a packet`)
  return { label: 'limited by', parts: [...parts, ...some(metrics.late_packets, 'sent late')] }
}

function received(result: Result): Row[] {
  const { metrics } = result
  if (metrics.rx_packets === null || metrics.lost === null) {
    return [{ label: 'received', parts: ['not measured: no receiver'] }]
  }
  const extra = [
    ...some(metrics.duplicates, 'duplicates'),
    ...some(metrics.reordered, `reordered (by ${count(metrics.reorder_extent_max ?? 0)} at most)`),
    ...some(metrics.corrupted, 'corrupted'),
  ]
  return [
    { label: 'received', parts: [`${count(metrics.rx_packets)} packets`, value(result, 'rx_pps'), ...extra] },
    {
      label: 'lost',
      parts: [`${count(metrics.lost)} packets`, percent(metrics.loss_ratio ?? 0), ...gaps(result)],
    },
  ]
}

function gaps(result: Result): string[] {
  const { gaps, longest_gap } = result.metrics
  if (!gaps) return []
  const runs = gaps === 1 ? 'in one run' : `in ${count(gaps)} runs of ${count(longest_gap ?? 0)} at most`
  return [runs, `outage ${value(result, 'outage_ns')}`]
}

function latency(result: Result): Row[] {
  const { metrics } = result
  if (metrics.latency_count === null)
    return [{ label: 'latency', parts: ['not measured: no signature was received'] }]
  if (metrics.latency_count === 0) return [{ label: 'latency', parts: ['no samples'] }]
  const parts = percentiles(result, 'latency')
  const spread = (['min', 'mean', 'max'] as const).map(
    name => `${name} ${value(result, `latency_${name}_ns`)}`,
  )
  return [
    { label: 'latency', parts },
    { label: '', parts: [...spread, `${count(metrics.latency_count)} samples`, ...sampled(result)] },
  ]
}

const sampled = ({ latency_sample: share }: Result): string[] =>
  share === undefined ? [] : [`1 packet in ${count(share)} was sent alone and timed`]

function percentiles({ metrics }: Result, kind: keyof Histograms): string[] {
  return (['p50', 'p90', 'p99', 'p999'] as const).map(name => {
    const ns = metrics[`${kind}_${name}_ns`]
    return `${name === 'p999' ? 'p99.9' : name} ${ns === null ? '?' : nanoseconds(ns)}`
  })
}

/** Latency above is since packets were sent; these are since they were due, at the receiver and at the sender. */
function sinceDue(result: Result): Row[] {
  return (['schedule', 'lateness'] as const).flatMap(kind =>
    result.metrics[`${kind}_count`]
      ? { label: kind, parts: [...percentiles(result, kind), `max ${value(result, `${kind}_max_ns`)}`] }
      : [],
  )
}

/** Part of each latency above. */
function calibration({ calibration: found }: Result): Row[] {
  if (!found) return []
  const parts = (['min', 'mean', 'p50', 'p99', 'max'] as const).map(
    name => `${name} ${inUnit(found[`${name}_ns`], 'ns')}`,
  )
  return [{ label: 'of nmgen', parts: [...parts, 'without a device, not subtracted'] }]
}

function accuracy(result: Result): Row[] {
  const { accuracy: found } = result
  if (found === null) return []
  const row = (label: string, gaps: Gaps, ...by: string[]): Row => ({
    label,
    parts: [
      ...by,
      ...([64, 128, 256, 512, 1024] as const).map(ns => `+-${ns} ns ${percent(gaps[`within_${ns}_ns`])}`),
      `micro-bursts ${percent(gaps.micro_bursts)}`,
    ],
  })
  return [
    row('gaps sent', found.departures, ...pacedBy(result)),
    ...(found.arrivals ? [row('gaps came', found.arrivals)] : []),
  ]
}

/** Gaps that nobody has seen: what devices were asked for. */
function pacedBy({ queues }: Result): string[] {
  const leads = queues.flatMap(queue =>
    queue.direction === 'tx' && queue.lead_ns > 0 ? [queue.lead_ns] : [],
  )
  return leads.length > 0 ? [`paced by the device, ${nanoseconds(Math.max(...leads))} ahead`] : []
}

function value({ metrics }: Result, name: MetricName): string {
  return inUnit(metrics[name], METRICS[name])
}

// Zero and unknown are no news.
function some(amount: number | null, what: string): string[] {
  return amount ? [`${count(amount)} ${what}`] : []
}
