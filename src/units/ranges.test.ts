import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countOf, hull, type Range, subtract, union } from './ranges.js'

/** Small numbers, so that ranges touch, overlap and hold each other. */
const range: fc.Arbitrary<Range> = fc
  .tuple(fc.bigInt(0n, 40n), fc.bigInt(0n, 12n))
  .map(([low, more]) => ({ low, high: low + more }))
const ranges = fc.array(range, { minLength: 1, maxLength: 6 })

const valuesOf = (given: readonly Range[]): bigint[] =>
  given.flatMap(({ low, high }) => Array.from({ length: Number(high - low) + 1 }, (_, i) => low + BigInt(i)))

describe('a set of several ranges', () => {
  it('has each value once, in the order in which it first stands', () => {
    fc.assert(
      fc.property(ranges, given => {
        expect(valuesOf(union(given))).toEqual([...new Set(valuesOf(given))])
      }),
    )
  })

  it('leaves out what is excluded, and nothing else', () => {
    fc.assert(
      fc.property(ranges, fc.array(range, { maxLength: 4 }), (given, holes) => {
        const out = new Set(valuesOf(holes))
        expect(valuesOf(subtract(given, holes))).toEqual(valuesOf(given).filter(value => !out.has(value)))
      }),
    )
  })

  it('knows how many they are, and between which', () => {
    fc.assert(
      fc.property(ranges, given => {
        const set = union(given)
        const values = valuesOf(set).sort((a, b) => (a < b ? -1 : 1))
        expect(countOf(set)).toBe(BigInt(values.length))
        expect(hull(set)).toEqual({ low: values[0], high: values.at(-1) })
      }),
    )
  })
})
