/** Ports and queues of a result: where packets were sent and received, and what each place counted. */
import type { PortOutcome, RunOutcome, RxQueueSnapshot, Snapshot, TxQueueSnapshot } from '../gen/snapshot.js'
import type { PortResult, QueueResult, Result, RxQueueResult, TxQueueResult } from './result.js'
import { cyclesPerPacket, per, sendingSeconds, sentBy, sum, txMetrics } from './tx.js'

export function queueResults(final: Snapshot): QueueResult[] {
  const seconds = sendingSeconds(final.tx)
  return [...final.tx.map(txQueue), ...final.rx.map(queue => rxQueue(queue, seconds))]
}

/** Nothing where nobody looked. */
export function cpuResults({ cpuTimes = [] }: RunOutcome): Pick<Result, 'cpus'> {
  if (cpuTimes.length === 0) return {}
  return {
    cpus: cpuTimes.map(({ cpu, seconds, stealSeconds, othersSeconds }) => ({
      cpu,
      seconds,
      steal_s: stealSeconds,
      others_s: othersSeconds,
    })),
  }
}

function txQueue(queue: TxQueueSnapshot): TxQueueResult {
  return {
    direction: 'tx',
    port: queue.port,
    queue: queue.queue,
    cpu: queue.cpu,
    cpu_reason: queue.cpuReason,
    ...txMetrics(sentBy([queue]), sendingSeconds([queue])),
    bursts: queue.bursts,
    ring_full: queue.ringFull,
    ring_full_ns: queue.ringFullNs,
    late_packets: queue.latePackets,
    max_late_ns: queue.maxLateNs,
    unsent: queue.unsent,
    skipped: queue.skipped,
    longest_stall_ns: queue.stallNs,
    lead_ns: queue.leadNs,
    cycles_per_packet: cyclesPerPacket([queue]),
  }
}

function rxQueue(queue: RxQueueSnapshot, seconds: number | null): RxQueueResult {
  return {
    direction: 'rx',
    port: queue.port,
    queue: queue.queue,
    cpu: queue.cpu,
    cpu_reason: queue.cpuReason,
    rx_packets: queue.packets,
    rx_bytes: queue.frameBytes,
    rx_pps: per(queue.packets, seconds),
    unknown: queue.unknown,
    own_requests: queue.requests,
    device_drops: queue.deviceDrops,
    duplicates: sum(queue.streams.map(stream => stream.duplicates)),
    reordered: sum(queue.streams.map(stream => stream.reordered)),
    corrupted: sum(queue.streams.map(stream => stream.corrupted)),
    stale: sum(queue.streams.map(stream => stream.stale)),
  }
}

export function portResults({ ports, final }: RunOutcome): PortResult[] {
  return ports.map(port => portResult(port, final))
}

function portResult(port: PortOutcome, final: Snapshot): PortResult {
  const sent = sentBy(final.tx.filter(queue => queue.port === port.port))
  const rx = final.rx.filter(queue => queue.port === port.port)
  return {
    name: port.port,
    uri: port.uri,
    backend: port.backend,
    link_bps: port.linkBps,
    facts: port.facts,
    tx_packets: sent.packets,
    tx_bytes: sent.frameBytes,
    rx_packets: sum(rx.map(queue => queue.packets)),
    rx_bytes: sum(rx.map(queue => queue.frameBytes)),
    unknown: sum(rx.map(queue => queue.unknown)),
    own_requests: sum(rx.map(queue => queue.requests)),
    device_drops: sum(rx.map(queue => queue.deviceDrops)),
    counters: port.counters,
  }
}
