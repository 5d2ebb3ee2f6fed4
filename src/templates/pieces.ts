import type { FieldPart, FieldSpec, PartsSpec, ValueSpec } from '../profile/model.js'
import { highest, lowest, type Range } from '../units/ranges.js'
import { ones } from './bits.js'
import type { Field } from './header.js'
import { stringParts } from './strings.js'

/** What a slot holds: one value, or several that share its bits. */
export type SlotSpec = ValueSpec | PartsSpec

/** The value or the parts that the profile gives; undefined: none, or a checksum to be computed. */
export function slotSpec(field: Field, given: FieldSpec | undefined): SlotSpec | undefined {
  if (given?.kind === 'bytes') return { kind: 'literal', value: toInteger(padded(field, given.bytes)) }
  if (given?.kind === 'checksum') return undefined
  if (given?.kind === 'string') return joined(filledUp(field, stringParts(field.type, given)))
  if (given?.kind !== 'parts') return given
  // What does not fit is told of as it was given.
  return field.extent || bitsOf(given.parts) === field.bits ? joined(given.parts) : given
}

/** Bits of a field that is as long as what is given. */
export function givenBits(field: Field, given: FieldSpec | undefined): number {
  if (given?.kind === 'bytes') return padded(field, given.bytes).length * 8
  if (given?.kind === 'string') return bitsOf(filledUp(field, stringParts(field.type, given)))
  return given?.kind === 'parts' && field.extent ? bitsOf(given.parts) : field.bits
}

export const bitsOf = (parts: readonly { bits: number }[]): number =>
  parts.reduce((sum, { bits }) => sum + bits, 0)

/** What does not vary is one value, however it is written. */
export function joined(parts: readonly FieldPart[]): SlotSpec {
  const value = parts.reduce<bigint | undefined>(
    (all, { bits, value: one }) =>
      all === undefined || one.kind !== 'literal' ? undefined : (all << BigInt(bits)) | one.value,
    0n,
  )
  return value === undefined ? { kind: 'parts', parts } : { kind: 'literal', value }
}

const overhang = ({ pad }: Field, bytes: number): number => {
  const over = pad ? (pad.from + bytes) % pad.to : 0
  return over === 0 ? 0 : pad!.to - over
}

const padded = (field: Field, bytes: Uint8Array): Uint8Array =>
  Uint8Array.from([...bytes, ...Array<number>(overhang(field, bytes.length)).fill(0)])

function filledUp(field: Field, parts: readonly FieldPart[]): readonly FieldPart[] {
  const bytes = overhang(field, bitsOf(parts) / 8)
  return bytes === 0
    ? parts
    : [...parts, { name: '', bits: 8 * bytes, value: { kind: 'literal', value: 0n } }]
}

const toInteger = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`)

/** More combinations than this are known by their bounds alone. */
const mostHulls = 1024

/** The ranges in which a whole lies whose parts, the highest bits first, lie in these. */
export function hullOfParts(parts: readonly { bits: number; hulls: readonly Range[] }[]): readonly Range[] {
  const known = parts.map(({ bits, hulls }) => ({
    bits,
    hulls: hulls.length > 0 ? hulls : [{ low: 0n, high: ones(bits) }],
  }))
  const combinations = known.reduce((product, { hulls }) => product * hulls.length, 1)
  const tame =
    combinations <= mostHulls ? known : known.map(({ bits, hulls }) => ({ bits, hulls: [around(hulls)] }))
  return tame.reduce<readonly Range[]>(
    (all, { bits, hulls }) =>
      all.flatMap(whole =>
        hulls.map(({ low, high }) => ({
          low: (whole.low << BigInt(bits)) | low,
          high: (whole.high << BigInt(bits)) | high,
        })),
      ),
    [{ low: 0n, high: 0n }],
  )
}

const around = (hulls: readonly Range[]): Range => ({
  low: lowest(hulls.map(({ low }) => low)),
  high: highest(hulls.map(({ high }) => high)),
})
