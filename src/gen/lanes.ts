/**
 * Who sends when, on one queue. A lane is a cycle of slots, each the turn of one stream; in a paced lane slot j
 * is due at offset + j * period. Streams whose rates have a small common measure share a lane, so that the cost
 * of choosing does not grow with the number of streams.
 */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { StreamPlan } from '../templates/plan.js'
import type { Shard } from './encode.js'

export interface Lane {
  /** 0: unpaced, sends whenever no paced lane is due. */
  periodNs: number
  offsetNs: number
  /** Indices into the streams that the lanes were made for. */
  slots: readonly number[]
}

/** Preamble, start delimiter and the least gap: what a frame costs on the wire beyond itself (IEEE 802.3). */
export const WIRE_OVERHEAD_BYTES = 20
const FCS_BYTES = 4
/** The longest cycle of slots; rates whose ratio needs more get lanes of their own. */
const MAX_SLOTS = 16_384

/** Mean frame size of a stream in bytes, FCS included, over its whole sequence. */
export function meanFrameBytes(stream: StreamPlan): number {
  const sum = stream.sequence.reduce(
    (total, index) => total + stream.templates[index]!.bytes.length + FCS_BYTES,
    0,
  )
  return sum / stream.sequence.length
}

/** Packets per second that a stream asks for; null: as many as possible. */
export function askedPps(stream: StreamPlan, linkBps: number): number | null {
  const { rate } = stream
  const frame = meanFrameBytes(stream)
  const wireBits = (frame + WIRE_OVERHEAD_BYTES) * 8
  if (rate.kind === 'line') return null
  if (rate.kind === 'pps') return rate.pps
  if (rate.kind === 'bps') return rate.bps / (rate.layer === 1 ? wireBits : frame * 8)
  if (linkBps > 0) return ((rate.percent / 100) * linkBps) / wireBits
  throw new NmgenError(
    'no-line-speed',
    `stream ${stream.name} asks for ${rate.percent}% of the line, but ${stream.tx} has no line speed`,
    Exit.profile,
    'give the rate in packets or bits per second, e.g. 100kpps or 1Gbps',
  )
}

/** Spreads items over a cycle, each as often as its weight says and as evenly as it goes (smooth weighted round robin). */
export function interleave(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const credit = weights.map(() => 0)
  return Array.from({ length: total }, () => {
    let best = 0
    weights.forEach((weight, k) => {
      credit[k]! += weight
      if (credit[k]! > credit[best]!) best = k
    })
    credit[best]! -= total
    return best
  })
}

/** Whole-number weights in the ratio of the rates, or null where that takes too long a cycle. */
export function wholeWeights(rates: readonly number[]): number[] | null {
  const least = Math.min(...rates)
  for (let scale = 1; scale <= 64; scale++) {
    const weights = rates.map(rate => Math.round((rate / least) * scale))
    const exact = weights.every((weight, k) => Math.abs(weight / scale / (rates[k]! / least) - 1) < 1e-9)
    if (exact) return weights.reduce((sum, weight) => sum + weight, 0) <= MAX_SLOTS ? weights : null
  }
  return null
}

interface Paced {
  slot: number
  pps: number
}

function pacedLane(group: readonly Paced[], slots: readonly number[], shard: Shard): Lane {
  const pps = group.reduce((sum, stream) => sum + stream.pps, 0)
  // The shards take turns: shard q sends at q, q + stride, q + 2 stride ... times the whole lane's period.
  return { periodNs: (1e9 / pps) * shard.stride, offsetNs: (1e9 / pps) * shard.index, slots }
}

/** Equal rates make one cycle of one turn each; that keeps interleave's cost linear for thousands of streams. */
function groupsOf(paced: readonly Paced[]): Paced[][] {
  const byRate = new Map<number, Paced[]>()
  for (const stream of paced) byRate.set(stream.pps, [...(byRate.get(stream.pps) ?? []), stream])
  const groups = [...byRate.values()]
  const total = wholeWeights(paced.map(({ pps }) => pps))
  return total && groups.length > 1 ? [[...paced]] : groups
}

function laneOf(group: readonly Paced[], shard: Shard): Lane {
  const weights = wholeWeights(group.map(({ pps }) => pps))
  const equal = !weights || weights.every(weight => weight === 1)
  return pacedLane(
    group,
    equal ? group.map(({ slot }) => slot) : interleave(weights).map(k => group[k]!.slot),
    shard,
  )
}

/**
 * Packets that a stream sends in all: its count, or exactly rate x duration where it is paced; null: until the
 * duration ends.
 */
export function packetLimit(stream: StreamPlan, durationNs: number | null, linkBps: number): number | null {
  const pps = askedPps(stream, linkBps)
  if (pps === null || durationNs === null) return stream.count
  return Math.min(stream.count ?? Number.POSITIVE_INFINITY, Math.round((durationNs / 1e9) * pps))
}

/** The lanes of one queue's shard of `streams`. */
export function makeLanes(streams: readonly StreamPlan[], shard: Shard, linkBps: number): Lane[] {
  const asked = streams.map(stream => askedPps(stream, linkBps))
  const line = asked.flatMap((pps, slot) => (pps === null ? [slot] : []))
  const paced = asked.flatMap((pps, slot) => (pps === null ? [] : [{ slot, pps }]))
  const lanes = groupsOf(paced).map(group => laneOf(group, shard))
  if (line.length > 0) lanes.push({ periodNs: 0, offsetNs: 0, slots: line })
  return lanes
}
