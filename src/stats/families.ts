/** What a monitoring system is told of a run under way: counters since its start, as families of samples. Plain data. */
import type { Snapshot } from '../gen/snapshot.js'
import { type Group, groupsOf } from '../templates/group.js'
import type { Plan } from '../templates/plan.js'
import { arrivalOf } from './arrival.js'
import { sentOf } from './tx.js'

export type Labels = Readonly<Record<string, string | number>>

export interface Sample {
  labels: Labels
  value: number
  /** `_bucket`, `_sum`, `_count` of a histogram. */
  suffix?: string
}

export interface Family {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  samples: readonly Sample[]
}

/** Names end in their unit, counters in `_total`: the conventions of Prometheus. */
export function runFamilies(plan: Plan, now: Snapshot): Family[] {
  return [
    gauge('elapsed_seconds', 'Since the run began', [{ labels: {}, value: now.elapsedNs / 1e9 }]),
    ...queueFamilies(now),
    ...streamFamilies(groupsOf(plan.streams), now),
  ]
}

function queueFamilies({ tx, rx }: Snapshot): Family[] {
  const of = <Q extends { port: string; queue: number }>(queues: readonly Q[], value: (queue: Q) => number) =>
    queues.map(queue => ({ labels: { port: queue.port, queue: queue.queue }, value: value(queue) }))
  return [
    counter(
      'tx_packets_total',
      'Packets sent',
      of(tx, queue => queue.packets),
    ),
    counter(
      'tx_bytes_total',
      'Bytes of frames sent, FCS included',
      of(tx, queue => queue.frameBytes),
    ),
    counter(
      'tx_late_packets_total',
      'Packets sent late',
      of(tx, queue => queue.latePackets),
    ),
    counter(
      'tx_unsent_packets_total',
      'Packets due and not sent',
      of(tx, queue => queue.unsent),
    ),
    counter(
      'tx_ring_full_seconds_total',
      'Waited for room',
      of(tx, queue => queue.ringFullNs / 1e9),
    ),
    counter(
      'rx_packets_total',
      'Frames received, of any stream or none',
      of(rx, queue => queue.packets),
    ),
    counter(
      'rx_bytes_total',
      'Bytes of frames received',
      of(rx, queue => queue.frameBytes),
    ),
    counter(
      'rx_unknown_packets_total',
      'Frames of no stream',
      of(rx, queue => queue.unknown),
    ),
    counter(
      'rx_dropped_packets_total',
      'Dropped by the receiving device',
      of(rx, queue => queue.deviceDrops),
    ),
  ]
}

function streamFamilies(groups: readonly Group[], now: Snapshot): Family[] {
  const sent = groups.map(group => ({
    labels: { stream: group[0].name },
    value: sentOf(group, now.tx).packets,
  }))
  const arrivals = groups.flatMap(group => {
    const arrival = arrivalOf(group, now)
    return arrival ? [{ labels: { stream: group[0].name }, arrival }] : []
  })
  const of = (value: (one: (typeof arrivals)[number]['arrival']) => number): Sample[] =>
    arrivals.map(({ labels, arrival }) => ({ labels, value: value(arrival) }))
  return [
    counter('stream_tx_packets_total', 'Packets sent', sent),
    counter(
      'stream_rx_packets_total',
      'Packets received',
      of(({ received }) => received.packets),
    ),
    counter(
      'stream_duplicate_packets_total',
      'Copies',
      of(({ received }) => received.duplicates),
    ),
    counter(
      'stream_reordered_packets_total',
      'Overtaken (RFC 4737)',
      of(({ received }) => received.reordered),
    ),
    counter(
      'stream_corrupted_packets_total',
      'Damaged',
      of(({ received }) => received.corrupted),
    ),
    gauge(
      'stream_missing_packets',
      'Sent and not arrived: lost or under way',
      of(({ loss }) => loss.lost),
    ),
  ]
}

const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name: `nmgen_${name}`,
  help,
  type: 'counter',
  samples,
})

const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  ...counter(name, help, samples),
  type: 'gauge',
})
