/** What a monitoring system is told of a run under way: counters since its start, as families of samples. Plain data. */
import type { RxQueueSnapshot, Snapshot, TxQueueSnapshot } from '../gen/snapshot.js'
import { type Group, groupsOf } from '../templates/group.js'
import type { Plan } from '../templates/plan.js'
import { type Arrival, arrivalOf } from './arrival.js'
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
    family('elapsed_seconds', 'Since the run began', [{ labels: {}, value: now.elapsedNs / 1e9 }]),
    ...queueFamilies(now),
    ...streamFamilies(groupsOf(plan.streams), now),
  ]
}

/** `[name, help, value]` of a family; the name tells its type. */
type Row<T> = readonly [name: string, help: string, value: (of: T) => number]

const txRows: readonly Row<TxQueueSnapshot>[] = [
  ['tx_packets_total', 'Packets sent', queue => queue.packets],
  ['tx_bytes_total', 'Bytes of frames sent, FCS included', queue => queue.frameBytes],
  ['tx_late_packets_total', 'Packets sent late', queue => queue.latePackets],
  ['tx_unsent_packets_total', 'Packets due and not sent', queue => queue.unsent],
  ['tx_ring_full_seconds_total', 'Waited for room', queue => queue.ringFullNs / 1e9],
]

const rxRows: readonly Row<RxQueueSnapshot>[] = [
  ['rx_packets_total', 'Frames received, of any stream or none', queue => queue.packets],
  ['rx_bytes_total', 'Bytes of frames received', queue => queue.frameBytes],
  ['rx_unknown_packets_total', 'Frames of no stream', queue => queue.unknown],
  ['rx_dropped_packets_total', 'Dropped by the receiving device', queue => queue.deviceDrops],
]

const arrivalRows: readonly Row<Arrival>[] = [
  ['stream_rx_packets_total', 'Packets received', ({ received }) => received.packets],
  ['stream_duplicate_packets_total', 'Copies', ({ received }) => received.duplicates],
  ['stream_reordered_packets_total', 'Overtaken (RFC 4737)', ({ received }) => received.reordered],
  ['stream_corrupted_packets_total', 'Damaged', ({ received }) => received.corrupted],
  ['stream_missing_packets', 'Sent and not arrived: lost or under way', ({ loss }) => loss.lost],
]

function queueFamilies({ tx, rx }: Snapshot): Family[] {
  const labels = ({ port, queue }: { port: string; queue: number }) => ({ port, queue })
  return [...tabulated(txRows, tx, labels), ...tabulated(rxRows, rx, labels)]
}

function streamFamilies(groups: readonly Group[], now: Snapshot): Family[] {
  const labels = (group: Group): Labels => ({ stream: group[0].name })
  const sent: Row<Group> = ['stream_tx_packets_total', 'Packets sent', group => sentOf(group, now.tx).packets]
  const arrivals = groups.flatMap(group => {
    const arrival = arrivalOf(group, now)
    return arrival ? [{ ...arrival, labels: labels(group) }] : []
  })
  return [
    ...tabulated([sent], groups, labels),
    ...tabulated(arrivalRows, arrivals, arrival => arrival.labels),
  ]
}

/** A family a row, a sample in it of each of `all`. */
const tabulated = <T>(rows: readonly Row<T>[], all: readonly T[], labels: (of: T) => Labels): Family[] =>
  rows.map(([name, help, value]) =>
    family(
      name,
      help,
      all.map(one => ({ labels: labels(one), value: value(one) })),
    ),
  )

const family = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name: `nmgen_${name}`,
  help,
  type: name.endsWith('_total') ? 'counter' : 'gauge',
  samples,
})
