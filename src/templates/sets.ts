import type { ValueSet, ValueSpec } from '../profile/model.js'
import { countOf, type Range } from '../units/ranges.js'

export const rangesOf = ({ low, high, ranges }: ValueSet): readonly Range[] => ranges ?? [{ low, high }]

export const sizeOf = (set: ValueSet): bigint => countOf(rangesOf(set))

/** The set's values one by one, where they are so few that a table is the fastest way to find one. */
export function tableOf(set: ValueSet): readonly bigint[] | null {
  const ranges = rangesOf(set)
  if (ranges.length === 1 || countOf(ranges) > 4096n) return null
  return ranges.flatMap(({ low, high }) =>
    Array.from({ length: Number(high - low + 1n) }, (_, i) => low + BigInt(i)),
  )
}

/** All values that may stand in the field, as ranges that may hold more than them. */
export function hullsOf(spec: ValueSpec): readonly Range[] {
  switch (spec.kind) {
    case 'literal':
      return [{ low: spec.value, high: spec.value }]
    case 'list':
    case 'weighted':
      return spec.values.map(value => ({ low: value, high: value }))
    case 'ref':
    case 'digit':
      return []
    case 'linked':
      return linkedHulls(spec)
    case 'hash':
      return [{ low: spec.low, high: spec.high }]
    default:
      return rangesOf(spec)
  }
}

/** A table's values stand alone; anything else is known by its bounds. */
function linkedHulls(spec: Extract<ValueSpec, { kind: 'linked' }>): readonly Range[] {
  const { source, digit, hash, times, plus, low, high } = spec
  const whole = [{ low, high }]
  if (hash || low === 0n) return whole
  const ranges = hullsOf(source)
  const set = digit ? rangesOf(digit) : ranges
  const moved = set.map(range => ({ low: range.low * times + plus, high: range.high * times + plus }))
  // Where the width of the field wraps the values, the bounds alone are right.
  return moved.every(range => range.low >= low && range.high <= high) ? moved : whole
}
