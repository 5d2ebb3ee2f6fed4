/**
 * The Plan as the native core reads it (native/tx/plan.cc): one little-endian buffer, handed over once.
 * A shard is the part of the packets that one queue sends: packet i belongs to shard i mod stride, of a member of a
 * stream a little further on (see `ownShard`).
 */
import type { Lane } from '../templates/lanes.js'
import type {
  ChecksumSite,
  Column,
  FieldProgram,
  FieldSum,
  GroupKeys,
  Places,
  Plan,
  StreamPlan,
  Template,
} from '../templates/plan.js'
import type { Pacing } from '../units/pacing.js'
import { ByteWriter } from './bytes.js'
import { ownShard, type Shard, shareOf } from './shard.js'
import { laneOfShard } from './trace.js'

const MAGIC = 0x50474d4e // "NMGP"
const FORMAT = 8
const NO_LIMIT = 2n ** 64n - 1n
const SHAPES = { line: 0, steady: 1, burst: 2, ramp: 3, poisson: 4, trace: 5 } as const
const POLICIES = { 'catch-up': 0, skip: 1, fail: 2 } as const
/** A zipf is weighted, too: its columns are runs. */
const OPS = { inc: 0, random: 1, permute: 2, list: 3, weighted: 4, zipf: 4 } as const
const HIGH = 1
const SHUFFLE = 2
const DIGIT = 4
const HASH = 8
const WIDE = 16
const CLIP = 32

export interface EncodeOptions {
  shard?: Shard
  /** Streams to include (default: all), and the lanes whose slots are indices into them. */
  streams?: readonly StreamPlan[]
  lanes?: readonly Lane[]
  /** By stream id: in how many shards it is sent (receivers need it), and its packets in all where not `count`. */
  strides?: readonly number[]
  /** By stream id: which histogram of the receiver's page counts its latency. */
  histograms?: readonly number[]
  limits?: readonly (number | null)[]
  /** With what tells groups apart: for those who count. */
  accounts?: boolean
  /** What the plans of several queues have in common, encoded by the first of them. */
  bodies?: Bodies
}

/** By stream: all of it that is the same in every queue. */
export type Bodies = Map<StreamPlan, Uint8Array>

function encodeTemplate(out: ByteWriter, template: Template): void {
  out.blob(template.bytes)
  out.list(template.checksums, site => {
    out.u32(site.offset)
    out.u32(site.base)
    out.u32(siteFlagsOf(site))
    out.u32(site.start)
    out.u32(site.end)
    encodeSums(out, site.sums)
  })
}

const siteFlagsOf = ({ zeroIsAllOnes, bad, kind, hidden }: ChecksumSite): number =>
  (zeroIsAllOnes ? 1 : 0) | (bad ? 2 : 0) | (kind === 'crc32c' ? 4 : 0) | (hidden ? 8 : 0)

/** `columns` stand once, with the first program of a draw. */
function encodeField(out: ByteWriter, field: FieldProgram, first: boolean, numbers: number): void {
  for (const value of [field.offset, field.bytes, field.shift, field.bits, OPS[field.op]]) out.u32(value)
  out.u32(field.draw)
  out.u32(numbers)
  out.u32(flagsOf(field))
  out.u32(field.clip?.from ?? 0)
  out.u32(field.clip?.to ?? 0)
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

const flagsOf = ({ high, shuffle, digit, hash, size, clip }: FieldProgram): number =>
  (high ? HIGH : 0) |
  (shuffle ? SHUFFLE : 0) |
  (digit ? DIGIT : 0) |
  (hash ? HASH : 0) |
  (size > 1n << 64n ? WIDE : 0) |
  (clip ? CLIP : 0)

function u128(out: ByteWriter, value: bigint): void {
  out.u64(value)
  out.u64(value >> 64n)
}

const itself: Places = { cycle: 1, places: [0] }

function encodeStream(out: ByteWriter, stream: StreamPlan, whole: Shard, options: EncodeOptions): void {
  const limit = options.limits?.[stream.id] ?? stream.count
  const shard = ownShard(stream, whole)
  out.u32(stream.id)
  out.u32(options.strides?.[stream.id] ?? 1)
  out.u32(options.histograms?.[stream.id] ?? 0)
  out.u32(stream.signature === null ? 0 : 1)
  out.u32(stream.signature ?? 0)
  out.u64(limit === null ? NO_LIMIT : BigInt(shareOf(limit, shard)))
  const known = options.bodies?.get(stream)
  if (known) {
    out.bytes(known)
  } else {
    const start = out.length
    encodeBody(out, stream)
    options.bodies?.set(stream, out.since(start))
  }
  encodeAccount(out, stream, whole, options)
}

/** The stream's own first: they decide over shards. */
function numbersOf({ member, fields }: StreamPlan): Places[] {
  const own = member ?? itself
  if (fields.every(field => !field.numbers)) return [own]
  return [...new Set([own, ...fields.flatMap(field => field.numbers ?? [])])]
}

function encodeBody(out: ByteWriter, stream: StreamPlan): void {
  const numbers = numbersOf(stream)
  out.list(numbers, ({ cycle, places }) => {
    out.u32(cycle)
    out.list(places, place => out.u32(place))
  })
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
    encodeField(out, field, !drawn.has(field.draw), field.numbers ? numbers.indexOf(field.numbers) : 0)
    drawn.add(field.draw)
  })
  out.u32(stream.match?.offset ?? 0)
  out.blob(stream.match?.value ?? new Uint8Array())
  out.blob(stream.match?.mask ?? new Uint8Array())
}

/** A stream whose frames are the numbers of groups: rendered by what renders packets, they are the same packets'. */
function encodeAccount(out: ByteWriter, stream: StreamPlan, whole: Shard, { accounts }: EncodeOptions): void {
  const account = accounts ? stream.account : undefined
  out.u32(account ? 1 : 0)
  if (!account) return
  const { groups, period, frames, sequence, sizeDraw, programs } = account
  out.u32(groups.length)
  out.u64(BigInt(period))
  const templates = frames.map(bytes => ({ bytes, checksums: [] }))
  encodeStream(
    out,
    { ...stream, templates, sequence, sizeDraw, fields: programs, signature: null, match: null },
    whole,
    {},
  )
  encodeKeys(out, account.keys)
}

function encodeKeys(out: ByteWriter, keys: GroupKeys | undefined): void {
  out.u32(keys ? 1 : 0)
  const { offsets, masks, values } = keys ?? { offsets: [], masks: [], values: new Uint8Array() }
  out.list(offsets, offset => out.u32(offset))
  out.blob(Uint8Array.from(masks))
  out.blob(values)
}

/** As fast as it goes, for those who only render or receive. */
const UNBOUND = { late: 'catch-up', afterNs: 1e6, catchUp: 0, burst: 64 } as const

function encodePacing(out: ByteWriter, { late, afterNs, catchUp, burst }: Omit<Pacing, 'tolerance'>): void {
  out.u32(POLICIES[late])
  out.u32(burst)
  out.u64(BigInt(afterNs))
  out.f64(catchUp)
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
  out.list(options.lanes ?? [], whole => {
    const lane = laneOfShard(whole, streams, shard)
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
  })
  return out.done()
}
