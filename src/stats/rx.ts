import type { RxQueueSnapshot, StreamRx } from '../gen/snapshot.js'
import type { StreamPlan } from '../templates/plan.js'
import type { LatencySums } from './latency.js'
import { sum } from './tx.js'

/** What all RX queues counted of a stream, or of several. */
export interface Received extends LatencySums {
  packets: number
  duplicates: number
  reordered: number
  corrupted: number
  stale: number
  extentMax: number
  extentSum: number
}

export const nothingReceived: Received = {
  packets: 0,
  duplicates: 0,
  reordered: 0,
  corrupted: 0,
  stale: 0,
  extentMax: 0,
  extentSum: 0,
  count: 0,
  sumNs: 0,
  minNs: 0,
  maxNs: 0,
}

export function receivedOf(streams: readonly StreamPlan[], queues: readonly RxQueueSnapshot[]): Received {
  const parts = queues.flatMap(queue => streams.flatMap(({ id }) => queue.streams[id] ?? []))
  return parts.map(toReceived).reduce(addReceived, nothingReceived)
}

function toReceived(rx: StreamRx): Received {
  return {
    packets: rx.packets,
    duplicates: rx.duplicates,
    reordered: rx.reordered,
    corrupted: rx.corrupted,
    stale: rx.stale,
    extentMax: rx.extentMax,
    extentSum: rx.extentSum,
    count: rx.latencyCount,
    sumNs: rx.latencySumNs,
    minNs: rx.latencyMinNs,
    maxNs: rx.latencyMaxNs,
  }
}

export function addReceived(a: Received, b: Received): Received {
  return {
    packets: a.packets + b.packets,
    duplicates: a.duplicates + b.duplicates,
    reordered: a.reordered + b.reordered,
    corrupted: a.corrupted + b.corrupted,
    stale: a.stale + b.stale,
    extentMax: Math.max(a.extentMax, b.extentMax),
    extentSum: a.extentSum + b.extentSum,
    count: a.count + b.count,
    sumNs: a.sumNs + b.sumNs,
    minNs: smallest(a, b),
    maxNs: Math.max(a.maxNs, b.maxNs),
  }
}

// A minimum of 0 is a value only where something was counted.
function smallest(a: Received, b: Received): number {
  if (a.count === 0) return b.minNs
  return b.count === 0 ? a.minNs : Math.min(a.minNs, b.minNs)
}

export interface Loss {
  lost: number
  /** More arrived than was sent: frames of another run, or a copy made where duplicates cannot be told. */
  surplus: number
  /** Of the frames not counted as lost, those that may have been copies of others: loss may be higher by as many. */
  unknown: number
}

/**
 * Loss of a stream that somebody listens to. `packets` counts every frame that was recognised as the stream's;
 * duplicates, corrupted and stale frames are part of it.
 *
 *     arrived = packets - duplicates - corrupted     each sent frame at most once, and whole
 *     lost    = sent - arrived
 *
 * A corrupted frame is lost: RFC 2544 section 26.3 counts what was forwarded, and what was forwarded is not what was
 * sent. A stale frame (too old for the window) is late or a copy and it cannot be told which; it counts as
 * arrived, and is reported, because a loss that was not seen is not claimed. A stream counted by matching bytes knows
 * neither duplicates nor corruption: for it, lost = sent - packets.
 */
export function lossOf(sent: number, rx: Received): Loss {
  const missing = sent - (rx.packets - rx.duplicates - rx.corrupted)
  return { lost: Math.max(missing, 0), surplus: Math.max(-missing, 0), unknown: rx.stale }
}

export function addLoss(losses: readonly Loss[]): Loss {
  return {
    lost: sum(losses.map(loss => loss.lost)),
    surplus: sum(losses.map(loss => loss.surplus)),
    unknown: sum(losses.map(loss => loss.unknown)),
  }
}
