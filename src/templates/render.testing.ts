/**
 * A slow renderer written from the words of plan.ts alone, sharing no code with the compiler or the native core: the
 * oracle that both are held against. It has no P_key, whose bijection is the native core's own choice.
 */
import type { ChecksumSite, FieldProgram, Plan, StreamPlan, Template } from './plan.js'

const two64 = 1n << 64n
const two128 = 1n << 128n
const mask64 = two64 - 1n
const gamma = 0x9e3779b97f4a7c15n

function mix(state: bigint): bigint {
  let z = state & mask64
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask64
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask64
  return z ^ (z >> 31n)
}

/** The value of one field in one packet, by the four steps. */
export function valueAt(field: FieldProgram, packet: bigint): bigint {
  const x = drawnAt(field, packet / field.every)
  const { div, mod } = field.digit ?? { div: 1n, mod: 0n }
  const y = mod === 0n ? x / div : (x / div) % mod
  const v = hashed(field, looked(field, y))
  return (field.high ? v / two64 : v) % (1n << BigInt(field.bits))
}

export function drawnAt(field: FieldProgram, n: bigint): bigint {
  if (field.shuffle) throw new Error('the oracle does not permute')
  const { key, size, step } = field
  const r = mix(key + (n + 1n) * gamma)
  switch (field.op) {
    case 'inc':
      return ((key % size) + n * step) % size
    case 'random':
      return size > two64 ? ((r * two64 + mix(r + gamma)) * size) / two128 : (r * size) / two64
    case 'list':
      return n % size
    case 'weighted':
    case 'zipf':
      return fromColumns(field, r)
    case 'permute':
      throw new Error('the oracle does not permute')
  }
}

function fromColumns({ columns }: FieldProgram, r: bigint): bigint {
  const product = r * BigInt(columns.length)
  const chosen = columns[Number(product / two64)]!
  const { first, count, falling } = product % two64 < chosen.threshold ? chosen : columns[chosen.other]!
  const offsets = [1n, 2n].map(i => (mix(r + i * gamma) * count) / two64)
  const [a, b] = [offsets[0]!, offsets[1]!]
  return first + (falling && b < a ? b : a)
}

function looked({ values, scale, low, segments }: FieldProgram, y: bigint): bigint {
  if (values.length > 0) return values[Number(y)]!
  const segment = segments.findLast(({ from }) => from <= y)
  return (y * scale + (segment?.low ?? low)) % two128
}

function hashed({ hash }: FieldProgram, v: bigint): bigint {
  if (!hash) return v
  const h = mix(mix(hash.key + (v % two64)) + v / two64)
  return (((h * hash.size) / two64) * hash.scale + hash.low) % two128
}

/** Packet `index` without the FCS; the signature says TX time 0. */
export function renderPacket(plan: Plan, streamId: number, index: bigint): Uint8Array {
  const stream = plan.streams[streamId]!
  const template = templateAt(stream, index)
  const bytes = template.bytes.slice()
  const values = stream.fields.map(field => valueAt(field, numberFor(stream, field, index)))
  stream.fields.forEach((field, i) => {
    store(bytes, field, values[i]!)
  })
  if (stream.signature !== null) sign(bytes, stream.signature, index)
  finishChecksums(bytes, template, stream.fields, values)
  return bytes
}

function templateAt(stream: StreamPlan, index: bigint): Template {
  const { templates, sequence, sizeDraw } = stream
  if (!sizeDraw) return templates[sequence[Number(index % BigInt(sequence.length))]!]!
  const number = numberFor(stream, { numbers: null }, index)
  const product = mix(sizeDraw.key + (number + 1n) * gamma) * BigInt(templates.length)
  const c = Number(product / two64)
  const column = sizeDraw.columns[c]
  return templates[column && product % two64 >= column.threshold ? column.other : c]!
}

/** What packet `index` is number for the draws of a field. */
function numberFor(
  { member }: StreamPlan,
  { numbers }: Pick<FieldProgram, 'numbers'>,
  index: bigint,
): bigint {
  const { cycle, places } = numbers ?? member ?? { cycle: 1, places: [0] }
  const turn = index / BigInt(places.length)
  return turn * BigInt(cycle) + BigInt(places[Number(index % BigInt(places.length))]!)
}

function store(bytes: Uint8Array, field: FieldProgram, value: bigint): void {
  const { from, to } = field.clip ?? { from: 0, to: field.bytes }
  for (let i = from; i < to; i++) {
    const down = BigInt(8 * (field.bytes - 1 - i))
    const mask = (((1n << BigInt(field.bits)) - 1n) << BigInt(field.shift)) >> down
    const part = (value << BigInt(field.shift)) >> down
    const at = field.offset + i - from
    bytes[at] = Number((BigInt(bytes[at]!) & ~mask & 255n) | (part & mask & 255n))
  }
}

/** RFC 1071 sums are numbers modulo 65535 in which only zero itself is 0. */
const modulo65535 = (sum: bigint): number => (sum === 0n ? 0 : Number(((sum - 1n) % 65535n) + 1n))

function sign(bytes: Uint8Array, offset: number, index: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 18)
  view.setUint32(4, Number(index & 0xffffffffn))
  view.setBigUint64(8, 0n)
  let sum = 0n
  for (let i = 0; i < 16; i += 2) sum += BigInt(view.getUint16(i))
  view.setUint16(16, 0xffff - modulo65535(sum))
}

function finishChecksums(
  bytes: Uint8Array,
  template: Template,
  fields: readonly FieldProgram[],
  values: readonly bigint[],
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const sums = template.checksums.map(({ base }) => BigInt(base))
  fields.forEach((field, i) => {
    for (const { site, high } of field.sums) sums[site]! += values[i]! << BigInt(field.shift + (high ? 8 : 0))
  })
  template.checksums.forEach((site, index) => {
    const right = site.kind === 'crc32c' ? crc32c(bytes, site) : checksumOf(sums[index]!, site)
    const sent = !site.bad ? right : right === 1 ? 2 : (right ^ 1) >>> 0
    if (site.kind === 'crc32c') view.setUint32(site.offset, sent)
    else if (!site.hidden) view.setUint16(site.offset, sent)
    for (const { site: outer, high } of site.sums) sums[outer]! += BigInt(sent) << (high ? 8n : 0n)
  })
}

function checksumOf(sum: bigint, { zeroIsAllOnes }: ChecksumSite): number {
  const checksum = 0xffff - modulo65535(sum)
  return checksum === 0 && zeroIsAllOnes ? 0xffff : checksum
}

/** Bit by bit, as the number whose big-endian bytes stand in the frame (RFC 9260 appendix A swaps them). */
function crc32c(bytes: Uint8Array, { start, end, offset }: ChecksumSite): number {
  let crc = 0xffffffff
  for (let i = start; i < end; i++) {
    crc ^= i >= offset && i < offset + 4 ? 0 : bytes[i]!
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  const view = new DataView(new ArrayBuffer(4))
  view.setUint32(0, ~crc >>> 0, true)
  return view.getUint32(0)
}
