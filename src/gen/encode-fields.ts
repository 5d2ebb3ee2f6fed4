/** Frames and field programs as native/tx/plan_frames.cc and plan_fields.cc read them. */
import type { ChecksumSite, Column, FieldProgram, FieldSum, Template } from '../templates/plan.js'
import type { ByteWriter } from './bytes.js'

/** A zipf is weighted, too: its columns are runs. */
const OPS = { inc: 0, random: 1, permute: 2, list: 3, weighted: 4, zipf: 4 } as const
const HIGH = 1
const SHUFFLE = 2
const DIGIT = 4
const HASH = 8
const WIDE = 16
const CLIP = 32

export function encodeTemplate(out: ByteWriter, template: Template): void {
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
export function encodeField(out: ByteWriter, field: FieldProgram, first: boolean, numbers: number): void {
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
