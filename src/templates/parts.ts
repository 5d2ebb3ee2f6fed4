import type { ValueSpec } from '../profile/model.js'
import type { BitRange } from './bits.js'
import { ones } from './bits.js'
import { sizeOf } from './sets.js'

/** At most 64 bits of a field, which is what one field program writes. `.high` is the upper part of a wide field. */
export interface Part extends BitRange {
  suffix: '' | '.high'
  /** Values of the whole field, of which the program writes the upper part where `high` is set. */
  spec: ValueSpec
  high: boolean
  /** The two parts are drawn apart. */
  alone: boolean
}

/** The parts of a field, or null where its values spread over more than 64 bits in a way no two programs can say. */
export function split(range: BitRange, spec: ValueSpec): readonly Part[] | null {
  const plain = simplify(spec)
  if (!fits(plain)) return null
  const { bitOffset, bits } = range
  if (bits <= 64) return [{ bitOffset, bits, suffix: '', spec: plain, high: false, alone: true }]
  const halves = halve(plain)
  const alone = halves.high.kind === 'random' && halves.high !== plain
  const highBits = bits - 64
  const whole = halves.high === plain
  return [
    { bitOffset, bits: highBits, suffix: '.high', spec: halves.high, high: whole, alone },
    { bitOffset: bitOffset + highBits, bits: 64, suffix: '', spec: halves.low, high: false, alone },
  ]
}

/** One value is a literal, however it is written: nothing is left to do per packet. */
function simplify(spec: ValueSpec): ValueSpec {
  if (spec.kind === 'literal' || spec.kind === 'ref' || spec.kind === 'digit') return spec
  if (spec.kind === 'weighted') {
    const drawn = spec.values.filter((_, i) => spec.weights[i] !== 0n)
    return simplify({ kind: 'list', values: drawn, every: 1n }).kind === 'literal'
      ? literal(drawn[0] ?? 0n)
      : spec
  }
  if (spec.kind === 'list')
    return spec.values.every(value => value === spec.values[0]) ? literal(spec.values[0] ?? 0n) : spec
  return spec.low === spec.high ? literal(spec.low) : spec
}

const literal = (value: bigint): ValueSpec => ({ kind: 'literal', value })

/** What is counted is counted in 64 bits; random needs no count. */
function fits(spec: ValueSpec): boolean {
  if (spec.kind === 'linked') return fits(spec.source)
  if (spec.kind === 'hash') return spec.high - spec.low <= ones(64)
  return !('low' in spec) || spec.kind === 'random' || sizeOf(spec) <= 1n << 64n
}

/** Where the upper half is the spec itself, one draw makes both. */
function halve(spec: ValueSpec): { high: ValueSpec; low: ValueSpec } {
  if (spec.kind === 'literal') return { high: literal(upper(spec.value)), low: literal(lower(spec.value)) }
  if (spec.kind === 'list' || spec.kind === 'weighted') {
    const of = (half: (value: bigint) => bigint) => simplify({ ...spec, values: spec.values.map(half) })
    return { high: of(upper), low: of(lower) }
  }
  if (spec.kind === 'ref' || spec.kind === 'digit') return { high: spec, low: spec }
  if (upper(spec.low) === upper(spec.high)) return { high: literal(upper(spec.low)), low: spec }
  // Halves of a prefix shorter than /64 are drawn apart, which is faster than 128-bit arithmetic.
  const free = lower(spec.low) === 0n && lower(spec.high) === ones(64)
  if (spec.kind !== 'random' || spec.ranges || !free) return { high: spec, low: spec }
  return {
    high: { ...spec, low: upper(spec.low), high: upper(spec.high) },
    low: { ...spec, low: 0n, high: ones(64) },
  }
}

const upper = (value: bigint): bigint => value >> 64n
const lower = (value: bigint): bigint => value & ones(64)
