/**
 * The Plan as the native core reads it (native/tx/plan_*.cc): one little-endian buffer, handed over once.
 * A shard is the part of the packets that one queue sends: packet i belongs to shard i mod stride, of a member of a
 * stream a little further on (see `ownShard`).
 */
import type { Plan } from '../templates/plan.js'
import type { Pacing } from '../units/pacing.js'
import { ByteWriter } from './bytes.js'
import { type EncodeOptions, encodeStream } from './encode-streams.js'
import { laneOfShard } from './trace.js'

export type { Bodies, EncodeOptions } from './encode-streams.js'

const MAGIC = 0x50474d4e // "NMGP"
const FORMAT = 8
const SHAPES = { line: 0, steady: 1, burst: 2, ramp: 3, poisson: 4, trace: 5 } as const
const POLICIES = { 'catch-up': 0, skip: 1, fail: 2 } as const

/** As fast as it goes, for those who only render or receive. */
const UNBOUND = { late: 'catch-up', afterNs: 1e6, catchUp: 0, burst: 64 } as const

function encodePacing(out: ByteWriter, { late, afterNs, catchUp, burst }: Omit<Pacing, 'tolerance'>): void {
  out.u32(POLICIES[late])
  out.u32(burst)
  out.u64(BigInt(afterNs))
  out.f64(catchUp)
}

function encodeLane(out: ByteWriter, lane: ReturnType<typeof laneOfShard>): void {
  out.u32(SHAPES[lane.shape])
  out.f64(lane.periodNs)
  out.f64(lane.startNs)
  out.f64(lane.forNs)
  out.u32(lane.openEnded ? 1 : 0)
  out.u32(lane.tight ? 1 : 0)
  out.u64(BigInt(lane.burst))
  out.f64(lane.fromPps / 1e9)
  out.f64(lane.toPps / 1e9)
  out.f64(lane.overNs)
  out.u64(lane.key)
  out.f64(lane.trace?.cycleNs ?? 0)
  out.list(lane.trace?.offsetsNs ?? [], offset => out.f64(offset))
  out.list(lane.after, other => out.u32(other))
  out.list(lane.slots, slot => out.u32(slot))
  out.list(lane.cycles, cycle => out.list(cycle, slot => out.u32(slot)))
}

export function encodePlan(
  plan: Pick<Plan, 'durationNs' | 'streams'> & Partial<Pick<Plan, 'pacing' | 'latencySample'>>,
  options: EncodeOptions = {},
): Uint8Array {
  const shard = options.shard ?? { index: 0, stride: 1 }
  const out = new ByteWriter()
  out.u32(MAGIC)
  out.u32(FORMAT)
  out.u64(BigInt(shard.stride))
  out.u64(BigInt(shard.index))
  out.u64(BigInt(Math.round(plan.durationNs ?? 0)))
  encodePacing(out, plan.pacing ?? UNBOUND)
  out.u32(plan.latencySample ?? 0)
  const streams = options.streams ?? plan.streams
  out.list(streams, stream => encodeStream(out, stream, shard, options))
  out.list(options.lanes ?? [], whole => encodeLane(out, laneOfShard(whole, streams, shard)))
  return out.done()
}
