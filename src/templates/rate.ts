/**
 * What a stream asks for, in packets: the one place that turns bits, percents and frame sizes into packets per second
 * and a shape into packets by a time. The sender, the preview and the judge of a run all ask here.
 */
import type { Load, Rate } from '../profile/model.js'
import { type FrameChoice, templateShares } from './frame-choice.js'
import { type Group, weightOf } from './group.js'
import type { StreamPlan, Trace } from './plan.js'

/** Preamble 7, start delimiter 1, inter-frame gap 12 (IEEE 802.3): what a frame costs on the wire beside itself. */
export const WIRE_OVERHEAD_BYTES = 20
/** The frame check sequence that the device adds and the buffers lack. */
export const FCS_BYTES = 4

/** A load in packets per second. */
export type Pace =
  | { shape: 'line' }
  | { shape: 'steady' | 'poisson'; pps: number }
  | { shape: 'burst'; pps: number; frames: number }
  | { shape: 'ramp'; fromPps: number; toPps: number; overNs: number }
  | { shape: 'trace'; pps: number; trace: Trace }

/** Mean frame size of a stream in bytes, FCS included, over a cycle of its members and their whole sequences. */
export function meanFrameBytes(group: Group): number {
  if (group.length === 1) return ownMean(group[0])
  const weight = group.reduce((total, stream) => total + weightOf(stream), 0)
  return group.reduce((total, stream) => total + weightOf(stream) * ownMean(stream), 0) / weight
}

/**
 * Of one member: exact over its whole sequence; where sizes are drawn, what they
 * come to in the long run.
 */
function ownMean(stream: FrameChoice): number {
  if (stream.templates.length === 1) return stream.templates[0]!.bytes.length + FCS_BYTES
  return templateShares(stream).reduce(
    (mean, share, i) => mean + share * (stream.templates[i]!.bytes.length + FCS_BYTES),
    0,
  )
}

/** null: `line`, or a share of a line whose speed is not known (linkBps null or 0). */
export function ratePps(rate: Rate, frameBytes: number, linkBps: number | null): number | null {
  const wireBits = (frameBytes + WIRE_OVERHEAD_BYTES) * 8
  switch (rate.kind) {
    case 'line':
      return null
    case 'pps':
      return rate.pps
    case 'bps':
      return rate.bps / (rate.layer === 1 ? wireBits : frameBytes * 8)
    case 'percent':
      return linkBps ? ((rate.percent / 100) * linkBps) / wireBits : null
  }
}

/** null: a share of a line whose speed is not known. */
export function paceOf(group: Group, linkBps: number | null): Pace | null {
  const { trace } = group[0]
  if (trace) return { shape: 'trace', pps: (trace.offsetsNs.length / trace.cycleNs) * 1e9, trace }
  const frame = meanFrameBytes(group)
  const pps = (rate: Rate) => ratePps(rate, frame, linkBps)
  const load: Load = group[0].rate
  switch (load.kind) {
    case 'line':
      return { shape: 'line' }
    case 'ramp': {
      const [fromPps, toPps] = [pps(load.from), pps(load.to)]
      return fromPps === null || toPps === null
        ? null
        : { shape: 'ramp', fromPps, toPps, overNs: load.overNs }
    }
    case 'burst': {
      const mean = 'rate' in load ? pps(load.rate) : (load.frames / load.everyNs) * 1e9
      return mean === null ? null : { shape: 'burst', pps: mean, frames: load.frames }
    }
    default: {
      const mean = pps(load.kind === 'poisson' ? load.rate : load)
      return mean === null ? null : { shape: load.kind === 'poisson' ? 'poisson' : 'steady', pps: mean }
    }
  }
}

/** Packets that are asked for in the first `ns` of sending: the integral of the rate. */
export function packetsBy(pace: Exclude<Pace, { shape: 'line' }>, ns: number): number {
  if (pace.shape === 'trace') return tracedBy(pace.trace, ns)
  if (pace.shape !== 'ramp') return (ns / 1e9) * pace.pps
  const climbing = Math.min(ns, pace.overNs)
  const slope = (pace.toPps - pace.fromPps) / pace.overNs
  return (climbing * (pace.fromPps + (slope * climbing) / 2) + (ns - climbing) * pace.toPps) / 1e9
}

/** The inverse: how long so many packets take. */
export function nsFor(pace: Exclude<Pace, { shape: 'line' }>, packets: number): number {
  if (pace.shape === 'trace') return tracedNs(pace.trace, packets)
  if (pace.shape !== 'ramp') return (packets / pace.pps) * 1e9
  if (packets <= 0) return 0
  const [from, to] = [pace.fromPps / 1e9, pace.toPps / 1e9]
  const climbed = ((from + to) / 2) * pace.overNs
  if (packets >= climbed) return pace.overNs + (packets - climbed) / to
  const slope = (to - from) / pace.overNs
  // The root in the form that does not cancel where the slope is small.
  return (2 * packets) / (from + Math.sqrt(Math.max(from * from + 2 * slope * packets, 0)))
}

/** Packets of a trace that are due before `ns`. */
function tracedBy({ offsetsNs, cycleNs }: Trace, ns: number): number {
  const cycles = Math.floor(ns / cycleNs)
  const rest = ns - cycles * cycleNs
  let [low, high] = [0, offsetsNs.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (offsetsNs[middle]! < rest) low = middle + 1
    else high = middle
  }
  return cycles * offsetsNs.length + low
}

/** When packet `index` of a trace is due: see plan.ts. */
export function tracedNs({ offsetsNs, cycleNs }: Trace, index: number): number {
  const slot = Math.floor(index)
  return Math.floor(slot / offsetsNs.length) * cycleNs + offsetsNs[slot % offsetsNs.length]!
}

/** What a plan alone does not say of how its streams are sent. */
export interface LaneOptions {
  durationNs: number | null
  linkBps: number | null
  /** The rate may be changed while it goes on: then only the clock ends what has no count. */
  isSteered?: boolean
}

/** How long a stream may send; null: until it is told to stop, or its start is not known beforehand. */
export function windowNs(stream: StreamPlan, durationNs: number | null): number | null {
  if (stream.after.length > 0) return stream.forNs
  const rest = durationNs === null ? null : Math.max(0, durationNs - stream.startNs)
  if (rest === null || stream.forNs === null) return rest ?? stream.forNs
  return Math.min(rest, stream.forNs)
}

/**
 * Packets that a stream sends in all, over every queue and shard: its count, or exactly the integral of its rate over
 * its window, where there is one; null: until the clock says so, as of whatever is steered while it goes on.
 */
export function packetLimit(
  group: Group,
  { durationNs, linkBps, isSteered = false }: LaneOptions,
): number | null {
  const window = windowNs(group[0], durationNs)
  const count = countOf(group)
  if (window === 0) return 0
  if (isSteered || window === null) return count
  const pace = paceOf(group, linkBps)
  if (pace === null || pace.shape === 'line' || pace.shape === 'poisson') return count
  return Math.min(count ?? Number.POSITIVE_INFINITY, Math.round(packetsBy(pace, window)))
}

/** What the profile says of the stream, over all its members. */
export function countOf(group: Group): number | null {
  if (group[0].count === null) return null
  return group.reduce((sum, { count }) => sum + (count ?? 0), 0)
}
