import type { ValueSpec } from '../profile/model.js'
import type { BitRange } from './bits.js'
import { ones } from './bits.js'

/** At most 64 bits of a field, which is what one field program writes. `.high` is the upper part of a wide field. */
export interface Part extends BitRange {
  suffix: '' | '.high'
  spec: ValueSpec
}

type Halves = { high: ValueSpec; low: ValueSpec }
type Range = Extract<ValueSpec, { low: bigint }>

/** The parts of a field, or null where its values spread over more than 64 bits in a way no two programs can say. */
export function split(range: BitRange, spec: ValueSpec): readonly Part[] | null {
  const plain = simplify(spec)
  if (range.bits <= 64) return fits(plain) ? [{ ...range, suffix: '', spec: plain }] : null
  const halves = halve(plain)
  if (!halves || !fits(halves.low) || !fits(halves.high)) return null
  const highBits = range.bits - 64
  return [
    { bitOffset: range.bitOffset, bits: highBits, suffix: '.high', spec: simplify(halves.high) },
    { bitOffset: range.bitOffset + highBits, bits: 64, suffix: '', spec: simplify(halves.low) },
  ]
}

/** One value is a literal, however it is written: nothing is left to do per packet. */
function simplify(spec: ValueSpec): ValueSpec {
  if (spec.kind === 'literal') return spec
  if (spec.kind !== 'list') return spec.low === spec.high ? { kind: 'literal', value: spec.low } : spec
  return spec.values.every(value => value === spec.values[0])
    ? { kind: 'literal', value: spec.values[0] ?? 0n }
    : spec
}

/** A permutation of all 2^64 values cannot be counted in 64 bits; inc and random need no count. */
const fits = (spec: ValueSpec): boolean => spec.kind !== 'permute' || spec.high - spec.low < ones(64)

function halve(spec: ValueSpec): Halves | null {
  if (spec.kind === 'literal')
    return { high: { ...spec, value: upper(spec.value) }, low: { ...spec, value: lower(spec.value) } }
  if (spec.kind === 'list')
    return {
      high: { ...spec, values: spec.values.map(upper) },
      low: { ...spec, values: spec.values.map(lower) },
    }
  return halveRange(spec)
}

function halveRange(spec: Range): Halves | null {
  const low: ValueSpec = { ...spec, low: lower(spec.low), high: lower(spec.high) }
  if (upper(spec.low) === upper(spec.high)) return { high: { kind: 'literal', value: upper(spec.low) }, low }
  // Both halves may be drawn apart only where the low half is free, as in a prefix shorter than /64.
  const free = lower(spec.low) === 0n && lower(spec.high) === ones(64)
  if (spec.kind !== 'random' || !free) return null
  return { high: { ...spec, low: upper(spec.low), high: upper(spec.high) }, low }
}

const upper = (value: bigint): bigint => value >> 64n
const lower = (value: bigint): bigint => value & ones(64)
