import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fisher } from './fisher.js'
import { distribution, intervalRank, pValue, ratio, shift } from './ranks.js'

describe('the distribution of U', () => {
  it('is that of every order, counted', () => {
    for (const [n, m] of [
      [1, 1],
      [2, 3],
      [4, 3],
    ] as const) {
      const counts = new Map<number, number>()
      for (const first of subsets(n + m, n)) {
        const others = Array.from({ length: n + m }, (_, i) => i).filter(i => !first.includes(i))
        const u = first.flatMap(a => others.filter(b => a > b)).length
        counts.set(u, (counts.get(u) ?? 0) + 1)
      }
      const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
      distribution(n, m).forEach((p, u) => {
        expect(p).toBeCloseTo((counts.get(u) ?? 0) / all, 12)
      })
    }
  })
})

function subsets(size: number, n: number, from = 0): number[][] {
  if (n === 0) return [[]]
  return Array.from({ length: size - from }, (_, i) => from + i).flatMap(first =>
    subsets(size, n - 1, first + 1).map(rest => [first, ...rest]),
  )
}

describe('the rank that bounds an interval', () => {
  const sizes = [3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20]
  // Tables of the Mann-Whitney test, such as Hollander and Wolfe's A.6; 0: no interval is so wide.
  it.each([
    [0.05, [1, 2, 5, 8, 12, 16, 22, 28, 43, 73, 139]],
    [0.025, [0, 1, 3, 6, 9, 14, 18, 24, 38, 65, 128]],
    [0.005, [0, 0, 1, 3, 5, 8, 12, 17, 28, 52, 106]],
  ])('with %s beyond either end is that of the tables', (tail, ranks) => {
    expect(sizes.map(n => intervalRank(n, n, tail))).toEqual(ranks)
  })

  it('is symmetric in its samples', () => {
    expect(intervalRank(5, 12, 0.05)).toBe(intervalRank(12, 5, 0.05))
  })
})

describe('the shift', () => {
  const values = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 4, maxLength: 9 })

  it('follows what is added to one side, and turns about when the sides change places', () => {
    fc.assert(
      fc.property(values, values, fc.integer({ min: -500, max: 500 }), (base, current, added) => {
        const found = shift(base, current, 0.05)!
        const moved = shift(
          base,
          current.map(value => value + added),
          0.05,
        )!
        expect(moved).toEqual({
          estimate: found.estimate + added,
          low: found.low + added,
          high: found.high + added,
        })
        const back = shift(current, base, 0.05)!
        expect([back.low, back.high]).toEqual([0 - found.high, 0 - found.low])
        expect(found.low <= found.estimate && found.estimate <= found.high).toBe(true)
      }),
    )
  })

  it('as a ratio follows a factor', () => {
    const base = [90, 100, 105, 110, 98]
    const { estimate, low, high } = ratio(
      base,
      base.map(value => value * 0.9),
      0.05,
    )!
    expect(estimate).toBeCloseTo(0.9, 12)
    expect(low).toBeLessThan(0.9)
    expect(high).toBeGreaterThan(0.9)
  })

  it('has no interval of too few samples', () => {
    expect(shift([1, 2], [3, 4], 0.05)).toBeNull()
  })
})

describe('how likely chance does it', () => {
  it('is one order of all where the samples do not overlap', () => {
    expect(pValue([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(1 / 252, 12)
    expect(pValue([1, 1, 1], [1, 1, 1])).toBe(1)
  })

  it('of runs with loss is what Fisher counted', () => {
    expect(fisher(0, 10, 4, 10)).toBeCloseTo(0.0433, 4)
    expect(fisher(0, 10, 5, 10)).toBeCloseTo(0.0163, 4)
    expect(fisher(0, 5, 4, 5)).toBeCloseTo(0.0238, 4)
    // The lady who tastes tea: 3 of 4 cups.
    expect(fisher(1, 4, 3, 4)).toBeCloseTo(17 / 70, 12)
    expect(fisher(0, 10, 0, 10)).toBeCloseTo(1, 12)
  })
})
