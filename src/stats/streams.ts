import type { RunOutcome } from '../gen/snapshot.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { paceOf } from '../templates/rate.js'
import { type Hdr, latencyMetrics, noLatency, toHistogram } from './latency.js'
import type { Metrics } from './metrics.js'
import { duePackets, judge, type Pace, type Paced } from './pacing.js'
import type { StreamResult } from './result.js'
import { type Loss, lossOf, type Received, receivedOf } from './rx.js'
import { cyclesPerPacket, per, type Sent, sendingSeconds, sentOf, sum, txMetrics } from './tx.js'
import { isPhased, scheduledSeconds, streamSeconds } from './window.js'

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
  /** Packets that were due; for `line`, those that were sent. null: not known. */
  due: number | null
  result: StreamResult
}

export function measureStream(run: Measured, stream: StreamPlan, hdr: Hdr | null): StreamMeasure {
  const { final } = run.outcome
  const queues = final.tx.filter(queue => (queue.streams[stream.id]?.packets ?? 0) > 0)
  const sent = sentOf(stream, queues)
  const own = run.plan.streams.some(isPhased)
  const tx = txMetrics(sent, own ? streamSeconds(final, stream) : sendingSeconds(queues))
  const paced = pacedOf(run, stream, sent.packets)
  const measuredBy = measuredHow(stream)
  const received = measuredBy === null ? null : receivedOf(stream, final.rx)
  const loss = received === null ? null : lossOf(sent.packets, received)
  const result: StreamResult = {
    ...tx,
    offered_pps: offered(stream, paced, tx.tx_pps),
    ...rxMetrics({ sent: sent.packets, received, loss, seconds: tx.duration_s }),
    ...known(measuredBy === 'signature' ? received : null),
    ...(measuredBy === 'signature' && received ? latencyOf(run, stream, received, hdr) : noLatency),
    ...ownQueueMetrics(run, stream),
    asked: stream.rate,
    measured_by: measuredBy,
  }
  const due = stream.rate.kind === 'line' ? sent.packets : paced === null ? null : duePackets(paced)
  return { stream, sent, received, loss, pace: paceOfStream(run, paced), due, result }
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

/** The mean over its window; of a stream that never came, nothing was asked. */
function offered(stream: StreamPlan, paced: Paced | null, txPps: number | null): number | null {
  if (stream.rate.kind === 'line') return txPps
  if (paced === null) return null
  if (paced.asked.shape !== 'ramp')
    return paced.seconds > 0 || !stream.after.length ? paced.asked.pps / paced.shards : 0
  return per(duePackets({ ...paced, count: null }), paced.seconds)
}

/** null: `line`, or a share of a link of unknown speed. */
function pacedOf(run: Measured, stream: StreamPlan, sent: number): Paced | null {
  const { outcome, shards } = run
  const linkBps = outcome.ports.find(port => port.port === stream.tx)?.linkBps ?? null
  const asked = paceOf(stream, linkBps)
  if (asked === null || asked.shape === 'line') return null
  const count = stream.count === null ? null : Math.floor(stream.count / shards)
  const seconds = scheduledSeconds(run, stream) ?? 0
  const ownSeconds = count !== null && sent >= count ? streamSeconds(outcome.final, stream) : null
  return { asked, shards, runLength: stream.runLength, count, sent, seconds, ownSeconds }
}

function paceOfStream({ outcome }: Measured, paced: Paced | null): Pace | null {
  if (paced === null || (outcome.stopped !== 'duration' && outcome.stopped !== 'count')) return null
  return judge(paced)
}
