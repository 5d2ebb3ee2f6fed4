/**
 * The Plan as the native core reads it (native/tx/plan.cc): one little-endian buffer, handed over once.
 * A shard is the part of the packets that one queue sends: packet i belongs to shard i mod stride.
 */
import type { Lane } from '../templates/lanes.js'
import type { Column, FieldProgram, FieldSum, Plan, StreamPlan, Template } from '../templates/plan.js'
import { ByteWriter } from './bytes.js'

const MAGIC = 0x50474d4e // "NMGP"
const FORMAT = 3
const NO_LIMIT = 2n ** 64n - 1n
const SHAPES = { line: 0, steady: 1, burst: 2, ramp: 3, poisson: 4 } as const
/** A zipf is weighted, too: its columns are runs. */
const OPS = { inc: 0, random: 1, permute: 2, list: 3, weighted: 4, zipf: 4 } as const
const HIGH = 1
const SHUFFLE = 2
const DIGIT = 4
const HASH = 8
const WIDE = 16

export interface Shard {
  index: number
  stride: number
}

export interface EncodeOptions {
  shard?: Shard
  /** Streams to include (default: all), and the lanes whose slots are indices into them. */
  streams?: readonly StreamPlan[]
  lanes?: readonly Lane[]
  /** By stream id: in how many shards it is sent (receivers need it), and its packets in all where not `count`. */
  strides?: readonly number[]
  limits?: readonly (number | null)[]
}

function encodeTemplate(out: ByteWriter, template: Template): void {
  out.blob(template.bytes)
  out.list(template.checksums, site => {
    out.u32(site.offset)
    out.u32(site.base)
    out.u32((site.zeroIsAllOnes ? 1 : 0) | (site.bad ? 2 : 0) | (site.kind === 'crc32c' ? 4 : 0))
    out.u32(site.start)
    out.u32(site.end)
    encodeSums(out, site.sums)
  })
}

/** `columns` stand once, with the first program of a draw. */
function encodeField(out: ByteWriter, field: FieldProgram, first: boolean): void {
  for (const value of [field.offset, field.bytes, field.shift, field.bits, OPS[field.op]]) out.u32(value)
  out.u32(field.draw)
  out.u32(flagsOf(field))
  for (const value of [field.low, field.size, field.scale]) u128(out, value)
  for (const value of [field.step, field.every, field.key]) out.u64(value)
  out.u64(field.digit?.div ?? 1n)
  out.u64(field.digit?.mod ?? 0n)
  out.u64(field.hash?.key ?? 0n)
  out.u64(field.hash?.size ?? 1n)
  u128(out, field.hash?.scale ?? 0n)
  u128(out, field.hash?.low ?? 0n)
  out.list(field.values, value => out.u64(value))
  out.list(field.segments, ({ from, low }) => {
    u128(out, from)
    u128(out, low)
  })
  out.list(first ? field.columns : [], column => encodeColumn(out, column))
  encodeSums(out, field.sums)
}

function encodeSums(out: ByteWriter, sums: readonly FieldSum[]): void {
  out.list(sums, sum => {
    out.u32(sum.site)
    out.u32(sum.high ? 1 : 0)
  })
}

function encodeColumn(out: ByteWriter, { threshold, other, first, count, falling }: Column): void {
  for (const value of [threshold, first, count]) out.u64(value)
  out.u32(other)
  out.u32(falling ? 1 : 0)
}

const flagsOf = ({ high, shuffle, digit, hash, size }: FieldProgram): number =>
  (high ? HIGH : 0) |
  (shuffle ? SHUFFLE : 0) |
  (digit ? DIGIT : 0) |
  (hash ? HASH : 0) |
  (size > 1n << 64n ? WIDE : 0)

function u128(out: ByteWriter, value: bigint): void {
  out.u64(value)
  out.u64(value >> 64n)
}

/** How many of a stream's `count` packets fall to a shard. */
export function shareOf(count: number, shard: Shard): number {
  return Math.max(0, Math.ceil((count - shard.index) / shard.stride))
}

function encodeStream(out: ByteWriter, stream: StreamPlan, shard: Shard, options: EncodeOptions): void {
  const limit = options.limits?.[stream.id] ?? stream.count
  out.u32(stream.id)
  out.u32(options.strides?.[stream.id] ?? 1)
  out.u32(stream.signature === null ? 0 : 1)
  out.u32(stream.signature ?? 0)
  out.u64(limit === null ? NO_LIMIT : BigInt(shareOf(limit, shard)))
  out.list(stream.templates, template => encodeTemplate(out, template))
  out.list(stream.sequence, index => out.u32(index))
  out.u32(stream.sizeDraw ? 1 : 0)
  out.u64(stream.sizeDraw?.key ?? 0n)
  out.list(stream.sizeDraw?.columns ?? [], ({ threshold, other }) => {
    out.u64(threshold)
    out.u32(other)
  })
  const drawn = new Set<number>()
  out.list(stream.fields, field => {
    encodeField(out, field, !drawn.has(field.draw))
    drawn.add(field.draw)
  })
  out.u32(stream.match?.offset ?? 0)
  out.blob(stream.match?.value ?? new Uint8Array())
  out.blob(stream.match?.mask ?? new Uint8Array())
}

export function encodePlan(plan: Plan, options: EncodeOptions = {}): Uint8Array {
  const shard = options.shard ?? { index: 0, stride: 1 }
  const out = new ByteWriter()
  out.u32(MAGIC)
  out.u32(FORMAT)
  out.u64(BigInt(shard.stride))
  out.u64(BigInt(shard.index))
  out.u64(BigInt(Math.round(plan.durationNs ?? 0)))
  out.list(options.streams ?? plan.streams, stream => encodeStream(out, stream, shard, options))
  out.list(options.lanes ?? [], lane => {
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
    out.list(lane.after, other => out.u32(other))
    out.list(lane.slots, slot => out.u32(slot))
  })
  return out.done()
}
