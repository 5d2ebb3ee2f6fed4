import type { RunOutcome } from '../gen/snapshot.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { type Hdr, latencyMetrics, noLatency, toHistogram } from './latency.js'
import type { Metrics } from './metrics.js'
import { askedPps, meanFrameBytes, type Pace, paceOf } from './pacing.js'
import type { StreamResult } from './result.js'
import { type Loss, lossOf, type Received, receivedOf } from './rx.js'
import { cyclesPerPacket, per, type Sent, sendingSeconds, sentOf, sum, txMetrics } from './tx.js'

/** What a run left behind, and which part of the plan it was. */
export interface Measured {
  plan: Plan
  outcome: RunOutcome
  /** This process sent one of `of` shares of every stream. */
  shards: number
}

/** One stream with everything that was counted of it. */
export interface StreamMeasure {
  stream: StreamPlan
  sent: Sent
  received: Received | null
  loss: Loss | null
  /** null for `line` and for an interrupted or broken run: there is no schedule to keep. */
  pace: Pace | null
  result: StreamResult
}

export function measureStream(run: Measured, stream: StreamPlan, hdr: Hdr | null): StreamMeasure {
  const { final } = run.outcome
  const queues = final.tx.filter(queue => (queue.streams[stream.id]?.packets ?? 0) > 0)
  const sent = sentOf(stream, queues)
  const tx = txMetrics(sent, sendingSeconds(queues))
  const measuredBy = measuredHow(stream)
  const received = measuredBy === null ? null : receivedOf(stream, final.rx)
  const loss = received === null ? null : lossOf(sent.packets, received)
  const result: StreamResult = {
    ...tx,
    offered_pps: offered(run, stream, tx.tx_pps),
    ...rxMetrics({ sent: sent.packets, received, loss, seconds: tx.duration_s }),
    ...known(measuredBy === 'signature' ? received : null),
    ...(measuredBy === 'signature' && received ? latencyOf(run, stream, received, hdr) : noLatency),
    ...ownQueueMetrics(run, stream),
    asked: stream.rate,
    measured_by: measuredBy,
  }
  return { stream, sent, received, loss, pace: paceOfStream(run, stream, sent.packets), result }
}

function measuredHow(stream: StreamPlan): StreamResult['measured_by'] {
  if (stream.rx === null) return null
  if (stream.signature !== null) return 'signature'
  return stream.match === null ? null : 'match'
}

interface RxInput {
  sent: number
  received: Received | null
  loss: Loss | null
  seconds: number | null
}

export function rxMetrics(input: RxInput): Pick<Metrics, 'rx_packets' | 'rx_pps' | 'lost' | 'loss_ratio'> {
  const { sent, received, loss, seconds } = input
  if (received === null || loss === null) {
    return { rx_packets: null, rx_pps: null, lost: null, loss_ratio: null }
  }
  return {
    rx_packets: received.packets,
    rx_pps: per(received.packets, seconds),
    lost: loss.lost,
    loss_ratio: sent > 0 ? loss.lost / sent : null,
  }
}

/** Only a signature tells a copy, a late and a damaged frame from a good one. */
export function known(received: Received | null): Pick<Metrics, 'duplicates' | 'reordered' | 'corrupted'> {
  return {
    duplicates: received?.duplicates ?? null,
    reordered: received?.reordered ?? null,
    corrupted: received?.corrupted ?? null,
  }
}

function latencyOf(run: Measured, stream: StreamPlan, received: Received, hdr: Hdr | null) {
  const parts = run.outcome.latency.filter(entry => entry.stream === stream.id).map(entry => entry.counts)
  return latencyMetrics(received, hdr === null ? null : toHistogram(hdr, parts))
}

/** Lateness and cycles are counted per queue: a stream has its own only where it has its port for itself. */
function ownQueueMetrics(
  run: Measured,
  stream: StreamPlan,
): Pick<Metrics, 'late_packets' | 'unsent' | 'cycles_per_packet'> {
  if (run.plan.streams.some(other => other !== stream && other.tx === stream.tx)) {
    return { late_packets: null, unsent: null, cycles_per_packet: null }
  }
  const queues = run.outcome.final.tx.filter(queue => queue.port === stream.tx)
  return {
    late_packets: stream.rate.kind === 'line' ? null : sum(queues.map(queue => queue.latePackets)),
    unsent: sum(queues.map(queue => queue.unsent)),
    cycles_per_packet: cyclesPerPacket(queues),
  }
}

function offered(run: Measured, stream: StreamPlan, txPps: number | null): number | null {
  return stream.rate.kind === 'line' ? txPps : asked(run, stream)
}

/** The asked packet rate of this process's share of the stream. */
function asked(run: Measured, stream: StreamPlan): number | null {
  const linkBps = run.outcome.ports.find(port => port.port === stream.tx)?.linkBps ?? null
  const pps = askedPps(stream.rate, meanFrameBytes(stream), linkBps)
  return pps === null ? null : pps / run.shards
}

function paceOfStream(run: Measured, stream: StreamPlan, sent: number): Pace | null {
  const { stopped, final } = run.outcome
  const pps = asked(run, stream)
  if (pps === null || (stopped !== 'duration' && stopped !== 'count')) return null
  const seconds = sendingSeconds(final.tx.filter(queue => queue.port === stream.tx)) ?? 0
  const planned = stopped === 'duration' ? (run.plan.durationNs ?? 0) / 1e9 : seconds
  const count = stream.count === null ? null : Math.floor(stream.count / run.shards)
  const finishedLast = count !== null && sent >= count && lastToFinish(run, stream)
  return paceOf({ askedPps: pps, count, sent, seconds: planned, ownSeconds: finishedLast ? seconds : null })
}

// Queues time their port, not its streams: the port's time is that of the stream which takes longest.
function lastToFinish(run: Measured, stream: StreamPlan): boolean {
  const need = (other: StreamPlan) => {
    const pps = asked(run, other)
    return pps === null || other.count === null ? Number.POSITIVE_INFINITY : other.count / run.shards / pps
  }
  return run.plan.streams.every(other => other.tx !== stream.tx || need(other) <= need(stream))
}
