import type { RunOutcome } from '../gen/snapshot.js'
import { type Group, weightOf } from '../templates/group.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { countOf, paceOf } from '../templates/rate.js'
import { overlap } from '../templates/rules.js'
import type { Metrics } from '../units/metrics.js'
import { type Arrival, arrivalOf, measuredHow } from './arrival.js'
import { gapsOf, unknownGaps } from './gaps.js'
import { joiner } from './joined.js'
import { type Hdr, latencyMetrics, noLatency } from './latency.js'
import { duePackets, judge, type Pace, type Paced } from './pacing.js'
import { askedSeconds } from './rate-changes.js'
import type { StreamResult } from './result.js'
import type { Received } from './rx.js'
import { ownHistograms } from './sharers.js'
import { timingMetrics } from './timing.js'
import { cyclesPerPacket, per, type Sent, sendingSeconds, sentOf, sum, txMetrics } from './tx.js'
import { anyPhased, scheduledSeconds, streamSeconds } from './window.js'

/** What a run left behind, and which part of the plan it was. */
export interface Measured {
  plan: Plan
  outcome: RunOutcome
  /** This process sent one of `of` shares of every stream. */
  shards: number
}

/** One stream of the profile with everything that was counted of it. */
export interface StreamMeasure {
  /** For what all its members share. */
  stream: StreamPlan
  sent: Sent
  arrival: Arrival | null
  /** null for `line` and for an interrupted or broken run: there is no schedule to keep. */
  pace: Pace | null
  /** Packets that were due; for `line`, those that were sent. null: not known. */
  due: number | null
  /** What its `count` asks of this process. null: it has none. */
  wanted: number | null
  result: StreamResult
  /** The results of the alternatives that the profile names, by label. */
  parts: Readonly<Record<string, StreamResult>>
}

export function measureStream(run: Measured, group: Group, hdr: Hdr | null): StreamMeasure {
  const [stream] = group
  const { sent, tx, rx, arrival } = measureMembers(run, group, measuredHow(group), hdr)
  const paced = pacedOf(run, group, sent.packets)
  const asked = { asked: stream.rate, measured_by: measuredHow(group) }
  const pps = { offered_pps: offered(stream, paced, tx.tx_pps) }
  const result = joinedResult(tx, pps, ...rx, ownQueueMetrics(run, stream), asked)
  const due = stream.rate.kind === 'line' ? sent.packets : paced === null ? null : duePackets(paced)
  const parts = partsOf(run, group, result, hdr)
  const wanted = wantedOf(run, group)
  return { stream, sent, arrival, pace: paceOfStream(run, paced), due, wanted, result, parts }
}

const joinedResult = joiner<StreamResult>()

/** What is counted of members adds up: of a stream, of those that carry a label. */
function measureMembers(
  run: Measured,
  members: readonly StreamPlan[],
  measuredBy: StreamResult['measured_by'],
  hdr: Hdr | null,
) {
  const { final } = run.outcome
  const queues = final.tx.filter(queue => members.some(({ id }) => (queue.streams[id]?.packets ?? 0) > 0))
  const sent = sentOf(members, queues)
  const own = anyPhased(run.plan.streams)
  const tx = txMetrics(sent, own ? streamSeconds(final, members) : sendingSeconds(queues))
  const arrival = measuredBy === null ? null : arrivalOf(members, final)
  const ids = members.map(({ id }) => id)
  const rx = [
    rxMetrics(arrival, tx.duration_s),
    known(measuredBy === 'signature' ? arrival!.received : null),
    measuredBy === 'signature' ? gapsOf(members, final) : unknownGaps,
    arrival?.signed ? latencyOf(run, ids, arrival.signed, hdr) : noLatency,
    timingMetrics(run.outcome, hdr, ids),
  ]
  return { sent, tx, rx, arrival }
}

/**
 * One result for each label. Where frames that are known by matching bytes alone look like those of another label of
 * their stream, what was received of them is not known.
 */
function partsOf(run: Measured, group: Group, whole: StreamResult, hdr: Hdr | null) {
  const labels = inOrder(group)
  const all = sum(group.map(weightOf))
  const part = (label: string): StreamResult => {
    const members = group.filter(({ member }) => member!.labels.includes(label))
    const measuredBy = isToldApart(members, group) ? measuredHow(members) : null
    const { tx, rx } = measureMembers(run, members, measuredBy, hdr)
    const share = sum(members.map(weightOf)) / all
    const pps = { offered_pps: whole.offered_pps === null ? null : whole.offered_pps * share }
    const asked = { asked: whole.asked, measured_by: measuredBy, part_of: group[0].name }
    return joinedPart(tx, pps, ...rx, noQueueMetrics, asked)
  }
  return Object.fromEntries(labels.map(label => [label, part(label)]))
}

const joinedPart = joiner<StreamResult>()

function isToldApart(members: readonly StreamPlan[], group: Group): boolean {
  const others = group.filter(member => !members.includes(member))
  return members.every(({ match }) => others.every(other => !overlap(match, other.match)))
}

/** Those of the first choice, then of the next: as they stand in the profile. */
function inOrder(group: Group): string[] {
  const all = group.map(({ member }) => member?.labels ?? [])
  const most = Math.max(...all.map(({ length }) => length))
  return [...new Set(Array.from({ length: most }, (_, k) => all.flatMap(labels => labels[k] ?? [])).flat())]
}

export function rxMetrics(
  arrival: Pick<Arrival, 'sent' | 'received' | 'loss'> | null,
  seconds: number | null,
): Pick<Metrics, 'rx_packets' | 'rx_pps' | 'lost' | 'loss_ratio'> {
  if (arrival === null) return { rx_packets: null, rx_pps: null, lost: null, loss_ratio: null }
  const { sent, received, loss } = arrival
  return {
    rx_packets: received.packets,
    rx_pps: per(received.packets, seconds),
    lost: loss.lost,
    loss_ratio: sent > 0 ? loss.lost / sent : null,
  }
}

type Known = Pick<
  Metrics,
  'duplicates' | 'reordered' | 'corrupted' | 'reorder_extent_max' | 'reorder_extent_mean'
>

/** Only a signature tells a copy, a late and a damaged frame from a good one. */
export function known(received: Received | null): Known {
  const late = received?.reordered ?? 0
  return {
    duplicates: received?.duplicates ?? null,
    reordered: received?.reordered ?? null,
    reorder_extent_max: received?.extentMax ?? null,
    reorder_extent_mean: received && late > 0 ? received.extentSum / late : null,
    corrupted: received?.corrupted ?? null,
  }
}

/** Percentiles are known where no other stream shares the histograms. */
function latencyOf({ outcome }: Measured, ids: readonly number[], received: Received, hdr: Hdr | null) {
  const own = ownHistograms(outcome.latency, ids)
  return latencyMetrics(
    received,
    hdr,
    (own ?? []).map(({ counts }) => counts),
  )
}

const noQueueMetrics = {
  late_packets: null,
  unsent: null,
  ring_full_ns: null,
  longest_stall_ns: null,
  cycles_per_packet: null,
}

/** Lateness and cycles are counted per queue: a stream has its own only where it has its port for itself. */
function ownQueueMetrics(run: Measured, stream: StreamPlan): Pick<Metrics, keyof typeof noQueueMetrics> {
  if (run.plan.streams.some(other => other.name !== stream.name && other.tx === stream.tx))
    return noQueueMetrics
  const queues = run.outcome.final.tx.filter(queue => queue.port === stream.tx)
  return {
    late_packets: stream.rate.kind === 'line' ? null : sum(queues.map(queue => queue.latePackets)),
    unsent: sum(queues.map(queue => queue.unsent)),
    ring_full_ns: sum(queues.map(queue => queue.ringFullNs)),
    longest_stall_ns: Math.max(0, ...queues.map(queue => queue.stallNs)),
    cycles_per_packet: cyclesPerPacket(queues),
  }
}

/** The mean over its window; of a stream that never came, nothing was asked. */
function offered(stream: StreamPlan, paced: PacedRun | null, txPps: number | null): number | null {
  if (stream.rate.kind === 'line') return txPps
  if (paced === null) return null
  if (paced.asked.shape !== 'ramp')
    return paced.seconds > 0 || !stream.after.length ? (paced.asked.pps / paced.shards) * paced.meanFactor : 0
  return per(duePackets({ ...paced, count: null }), paced.seconds / paced.meanFactor)
}

function wantedOf({ shards }: Measured, group: Group): number | null {
  const whole = countOf(group)
  return whole === null ? null : Math.floor(whole / shards)
}

interface PacedRun extends Paced {
  /** Mean speed of its schedule: 1, but where the rate was changed by hand. */
  meanFactor: number
}

/** null: `line`, or a share of a link of unknown speed. */
function pacedOf(run: Measured, group: Group, sent: number): PacedRun | null {
  const { outcome, shards } = run
  const [stream] = group
  const linkBps = outcome.ports.find(port => port.port === stream.tx)?.linkBps ?? null
  const asked = paceOf(group, linkBps)
  if (asked === null || asked.shape === 'line') return null
  const count = wantedOf(run, group)
  const scheduled = scheduledSeconds(run, group) ?? 0
  const seconds = askedSeconds(outcome.final, group, scheduled)
  const own = count !== null && sent >= count ? streamSeconds(outcome.final, group) : null
  const ownSeconds = own === null ? null : askedSeconds(outcome.final, group, own)
  return {
    asked,
    shards,
    runLength: stream.runLength,
    count,
    sent,
    seconds,
    meanFactor: scheduled > 0 ? seconds / scheduled : 1,
    tolerance: run.plan.pacing.tolerance,
    ownSeconds,
  }
}

function paceOfStream({ outcome }: Measured, paced: Paced | null): Pace | null {
  if (paced === null || (outcome.stopped !== 'duration' && outcome.stopped !== 'count')) return null
  return judge(paced)
}
