import type { TxQueueSnapshot } from '../gen/snapshot.js'
import type { StreamPlan } from '../templates/plan.js'
import { WIRE_OVERHEAD_BYTES } from '../templates/rate.js'

export interface Sent {
  packets: number
  frameBytes: number
}

export interface TxMetrics {
  tx_packets: number
  tx_bytes: number
  tx_pps: number | null
  tx_bps_l1: number | null
  tx_bps_l2: number | null
  duration_s: number | null
}

export function sentBy(queues: readonly TxQueueSnapshot[]): Sent {
  return { packets: sum(queues.map(q => q.packets)), frameBytes: sum(queues.map(q => q.frameBytes)) }
}

export function sentOf(streams: readonly StreamPlan[], queues: readonly TxQueueSnapshot[]): Sent {
  const parts = queues.flatMap(queue => streams.map(({ id }) => queue.streams[id]))
  return {
    packets: sum(parts.map(p => p?.packets ?? 0)),
    frameBytes: sum(parts.map(p => p?.frameBytes ?? 0)),
  }
}

/** From the first packet of any of the queues to the last one, or null where there are not two moments. */
export function sendingSeconds(queues: readonly TxQueueSnapshot[]): number | null {
  const sending = queues.filter(queue => queue.packets > 0)
  if (sending.length === 0) return null
  const first = Math.min(...sending.map(queue => queue.firstNs))
  const last = Math.max(...sending.map(queue => queue.lastNs))
  return last > first ? (last - first) / 1e9 : null
}

export function txMetrics(sent: Sent, seconds: number | null): TxMetrics {
  return {
    tx_packets: sent.packets,
    tx_bytes: sent.frameBytes,
    tx_pps: per(sent.packets, seconds),
    tx_bps_l1: per(bitsL1(sent), seconds),
    tx_bps_l2: per(sent.frameBytes * 8, seconds),
    duration_s: seconds,
  }
}

export function bitsL1(sent: Sent): number {
  return (sent.frameBytes + sent.packets * WIRE_OVERHEAD_BYTES) * 8
}

/** Time stamp counter ticks between first and last packet, per packet, over the queues that have such a counter. */
export function cyclesPerPacket(queues: readonly TxQueueSnapshot[]): number | null {
  const counted = queues.filter(queue => queue.cycles > 0)
  const packets = sum(counted.map(queue => queue.packets))
  return packets > 0 ? sum(counted.map(queue => queue.cycles)) / packets : null
}

export function per(amount: number, seconds: number | null): number | null {
  return seconds === null || seconds <= 0 ? null : amount / seconds
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
