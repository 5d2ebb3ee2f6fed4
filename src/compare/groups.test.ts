import { describe, expect, it } from 'vitest'
import { groupsOf } from './groups.js'
import { normal, uniform } from './random.testing.js'

const series = (seed: number, levels: readonly (readonly [runs: number, level: number])[], cv: number) => {
  const next = uniform(seed)
  return levels.flatMap(([runs, level]) =>
    Array.from({ length: runs }, () => level * (1 + cv * normal(next))),
  )
}
const sizes = (values: readonly number[]) => groupsOf(values).map(({ size }) => size)

describe('the groups of a series', () => {
  it('cover it from first to last, whatever it holds', () => {
    for (const values of [[], [0], [0, 0, 0], [5], [1, 2, 3], [1e9, 1, 1e9, 1]])
      expect(sizes(values).reduce((sum, size) => sum + size, 0)).toBe(values.length)
    const groups = groupsOf(
      series(
        1,
        [
          [7, 100],
          [5, 50],
        ],
        0.01,
      ),
    )
    expect(groups.map(({ from, size }) => [from, size])).toEqual([
      [0, 7],
      [7, 5],
    ])
  })

  it('are one where nothing changed, in at least 97 of 100 series', () => {
    const split = Array.from({ length: 100 }, (_, seed) => sizes(series(seed, [[30, 1e7]], 0.01)).length > 1)
    expect(split.filter(Boolean).length).toBeLessThanOrEqual(3)
  })

  it('find a change of 5 % at once, in nearly all series', () => {
    const found = Array.from({ length: 100 }, (_, seed) => {
      const groups = groupsOf(
        series(
          seed,
          [
            [30, 1e7],
            [3, 0.95e7],
          ],
          0.01,
        ),
      )
      return groups.length > 1 && groups.at(-1)!.from >= 29 && groups.at(-1)!.from <= 31
    })
    expect(found.filter(Boolean).length).toBeGreaterThanOrEqual(90)
  })

  it('take one run that is off for itself', () => {
    const values = series(
      3,
      [
        [10, 100],
        [1, 50],
        [10, 100],
      ],
      0.005,
    )
    expect(sizes(values)).toEqual([10, 1, 10])
  })
})
