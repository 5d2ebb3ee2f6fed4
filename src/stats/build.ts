/** RunOutcome → Result: counters in, numbers with names out. Nothing in here reads a clock or a file. */
import { groupsOf } from '../templates/group.js'
import type { Metrics } from '../units/metrics.js'
import { accountsOf } from './accounts.js'
import type { Arrival } from './arrival.js'
import { addGaps } from './gaps.js'
import { type Hdr, latencyMetrics, loadHdr, noLatency } from './latency.js'
import { limitedBy } from './limit.js'
import { cpuResults, portResults, queueResults } from './places.js'
import { changeResults } from './rate-changes.js'
import { overwhelmed } from './receiver.js'
import {
  type Calibration,
  type Environment,
  type ProfileResult,
  RESULT_SCHEMA,
  type Result,
  type StreamResult,
} from './result.js'
import { addLoss, addReceived, nothingReceived, type Received } from './rx.js'
import { known, type Measured, measureStream, rxMetrics, type StreamMeasure } from './streams.js'
import { evaluate } from './thresholds.js'
import { accuracyOf, timingMetrics } from './timing.js'
import { cyclesPerPacket, per, sendingSeconds, sentBy, sum, txMetrics } from './tx.js'
import { verdictOf } from './verdict.js'
import { warningsOf } from './warnings.js'
import { isPhased } from './window.js'

export interface ResultInput extends Measured {
  profile: ProfileResult
  environment: Environment
  calibration?: Calibration | null
}

export async function buildResult(input: ResultInput): Promise<Result> {
  const { plan, outcome } = input
  const hdr = outcome.latency.length + outcome.lateness.length > 0 ? await loadHdr() : null
  const streams = groupsOf(plan.streams).map(group => measureStream(input, group, hdr))
  const metrics = totals(input, streams, hdr)
  const named = Object.fromEntries(streams.flatMap(namedResults))
  const accounts = accountsOf(input, hdr)
  const thresholds = evaluate(plan.expect, { metrics, streams: named, accounts })
  const late = overwhelmed(outcome, streams)
  return {
    schema: RESULT_SCHEMA,
    verdict: verdictOf({
      stopped: outcome.stopped,
      streams,
      thresholds,
      sent: metrics.tx_packets ?? 0,
      isOverwhelmed: late.length > 0,
    }),
    stopped: outcome.stopped,
    limited_by: limit(input, streams, late.length > 0),
    started_at: outcome.startedAt.toISOString(),
    metrics,
    ...(plan.latencySample !== undefined && { latency_sample: plan.latencySample }),
    accuracy: accuracyOf(outcome),
    ...(input.calibration && { calibration: input.calibration }),
    thresholds,
    warnings: warningsOf(input, streams, metrics, late),
    ...changeResults(outcome.final),
    ...(outcome.error ? { error: outcome.error } : {}),
    streams: named,
    ...(accounts.length > 0 && { accounts }),
    ports: portResults(outcome),
    queues: queueResults(outcome.final),
    ...cpuResults(outcome),
    profile: input.profile,
    environment: input.environment,
  }
}

const namedResults = ({ stream: { name }, result, parts }: StreamMeasure): [string, StreamResult][] => [
  [name, result],
  ...Object.entries(parts).map(([label, part]): [string, StreamResult] => [`${name}.${label}`, part]),
]

function totals(run: Measured, streams: readonly StreamMeasure[], hdr: Hdr | null): Metrics {
  const { tx } = run.outcome.final
  const seconds = sendingSeconds(tx)
  const arrivals = streams.flatMap(({ arrival }) => arrival ?? [])
  const signed = together(arrivals.flatMap(arrival => arrival.signed ?? []))
  const paced = run.plan.streams.some(stream => stream.rate.kind !== 'line')
  return {
    ...txMetrics(sentBy(tx), seconds),
    offered_pps: offeredPps(streams, seconds),
    ...rxMetrics(allOf(arrivals), seconds),
    ...known(signed),
    ...addGaps(streams.filter(({ arrival }) => arrival?.signed).map(({ result }) => result)),
    ...totalLatency(run, signed, hdr),
    ...timingMetrics(run.outcome, hdr),
    late_packets: paced ? sum(tx.map(queue => queue.latePackets)) : null,
    unsent: sum(tx.map(queue => queue.unsent)),
    ring_full_ns: sum(tx.map(queue => queue.ringFullNs)),
    longest_stall_ns: Math.max(0, ...tx.map(queue => queue.stallNs)),
    cycles_per_packet: cyclesPerPacket(tx),
  }
}

const allOf = (arrivals: readonly Arrival[]) =>
  arrivals.length === 0
    ? null
    : {
        sent: sum(arrivals.map(({ sent }) => sent)),
        received: together(arrivals.map(({ received }) => received))!,
        loss: addLoss(arrivals.map(({ loss }) => loss)),
      }

/** Streams that send at different times do not add up: theirs is what was due over all of the time. */
function offeredPps(streams: readonly StreamMeasure[], seconds: number | null): number | null {
  if (!streams.some(({ stream }) => isPhased(stream)))
    return addOrNull(streams.map(stream => stream.result.offered_pps))
  const due = addOrNull(streams.map(stream => stream.due))
  return due === null ? null : per(due, seconds)
}

const together = (parts: readonly Received[]): Received | null =>
  parts.length === 0 ? null : parts.reduce(addReceived, nothingReceived)

function totalLatency(run: Measured, received: Received | null, hdr: Hdr | null) {
  if (received === null) return noLatency
  const parts = run.outcome.latency.map(entry => entry.counts)
  return latencyMetrics(received, hdr, parts)
}

function limit(
  { outcome }: Measured,
  streams: readonly StreamMeasure[],
  isOverwhelmed: boolean,
): Result['limited_by'] {
  return limitedBy({
    queues: outcome.final.tx,
    looks: outcome.looks,
    streams: streams.map(({ stream, pace, arrival }) => ({
      tx: stream.tx,
      rx: stream.rx,
      isUnpaced: stream.rate.kind === 'line',
      hasMissed: pace === 'missed',
      received: arrival?.received.packets ?? 0,
      // Of a run that broke, what is missing may have been under way.
      lost: outcome.stopped === 'failed' ? 0 : (arrival?.loss.lost ?? 0),
    })),
    linkBps: new Map(outcome.ports.map(port => [port.port, port.linkBps])),
    isOverwhelmed,
  })
}

// A sum with an unknown part is unknown, not smaller.
function addOrNull(values: readonly (number | null)[]): number | null {
  return values.reduce<number | null>(
    (total, value) => (total === null || value === null ? null : total + value),
    0,
  )
}
