/** Streams and their groups as native/tx/plan_streams.cc reads them. */
import type { Lane } from '../templates/lanes.js'
import type { GroupKeys, Places, StreamPlan } from '../templates/plan.js'
import type { ByteWriter } from './bytes.js'
import { encodeField, encodeTemplate } from './encode-fields.js'
import { ownShard, type Shard, shareOf } from './shard.js'

const NO_LIMIT = 2n ** 64n - 1n

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

const itself: Places = { cycle: 1, places: [0] }

export function encodeStream(
  out: ByteWriter,
  stream: StreamPlan,
  whole: Shard,
  options: EncodeOptions,
): void {
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
