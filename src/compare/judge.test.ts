import { describe, expect, it } from 'vitest'
import { gateFor } from './gates.js'
import { ALPHA, judge, judgeLoss } from './judge.js'
import { normal, uniform } from './random.testing.js'

const base = [100, 101, 99, 100.5, 99.5, 100.2, 99.8, 100.1, 99.9, 100]
const times = (factor: number) => base.map(value => value * factor)
const rate = { gate: gateFor('tx_pps'), better: 'higher' as const, strict: false, alpha: ALPHA }
const latency = { ...rate, gate: gateFor('latency_p99_ns'), better: 'lower' as const }

describe('the verdict about a metric', () => {
  it.each([
    ['the same', 1, 'equivalent'],
    ['a change below the threshold', 0.98, 'equivalent'],
    ['less than before', 0.9, 'regression'],
    ['more than before', 1.1, 'improvement'],
  ])('on %s', (_, factor, verdict) => {
    expect(judge(base, times(factor), rate).verdict).toBe(verdict)
  })

  it('turns about where less is better', () => {
    const ns = base.map(value => value * 1000)
    expect(
      judge(
        ns,
        ns.map(value => value * 1.3),
        latency,
      ).verdict,
    ).toBe('regression')
    expect(
      judge(
        ns,
        ns.map(value => value * 0.7),
        latency,
      ).verdict,
    ).toBe('improvement')
  })

  it('is no regression within the resolution of the clock', () => {
    expect(judge(base, times(2), latency).verdict).toBe('equivalent')
    const wide = base.map((_, i) => 100 + i * 400)
    expect(
      judge(
        wide,
        wide.map(ns => ns + 500),
        latency,
      ).verdict,
    ).toBe('inconclusive')
  })

  it('needs the whole interval beyond the threshold if that is asked', () => {
    const noisy = base.map((value, i) => value * (0.955 + (i % 3) * 0.012))
    expect(judge(base, noisy, rate).verdict).toBe('regression')
    expect(judge(base, noisy, { ...rate, strict: true }).verdict).toBe('inconclusive')
    expect(judge(base, times(0.9), { ...rate, strict: true }).verdict).toBe('regression')
  })

  it('is not given on few runs, nor on runs all over the place', () => {
    expect(judge([100, 100, 100], [50, 50, 50], rate).verdict).toBe('inconclusive')
    expect(judge([60, 100, 140, 80, 120], [70, 110, 130, 90, 100], rate).verdict).toBe('inconclusive')
  })

  it('on what was 0 is by the difference', () => {
    const none = [0, 0, 0, 0, 0]
    const late = { ...rate, gate: gateFor('late_packets'), better: 'lower' as const }
    expect(judge(none, none, late).verdict).toBe('equivalent')
    const { verdict, change } = judge(none, [5, 6, 7, 8, 9], late)
    expect([verdict, change?.kind, change?.estimate]).toEqual(['regression', 'difference', 7])
  })

  it('on loss counts the runs that have any', () => {
    const runs = (lossy: number) => Array.from({ length: 10 }, (_, i) => (i < lossy ? 0.001 : 0))
    expect(judgeLoss(runs(0), runs(0), ALPHA).verdict).toBe('equivalent')
    expect(judgeLoss(runs(0), runs(1), ALPHA).verdict).toBe('inconclusive')
    expect(judgeLoss(runs(0), runs(4), ALPHA).verdict).toBe('regression')
    expect(judgeLoss(runs(5), runs(0), ALPHA).verdict).toBe('improvement')
  })
})

/** Runs A B B A … with log-normal noise, one run in ten dipping by 5 to 20 %, of a device that drifts by so much in all. */
interface Truth {
  n: number
  cv: number
  change: number
  drift?: number
}

function trials({ n, cv, change, drift = 0 }: Truth, next: () => number): [number[], number[]] {
  const sides: [number[], number[]] = [[], []]
  for (let i = 0; i < 2 * n; i++) {
    const side = [0, 1, 1, 0][i % 4]!
    const dip = next() < 0.1 ? 1 - (0.05 + 0.15 * next()) : 1
    const warm = 1 + (drift * i) / (2 * n)
    sides[side]!.push(Math.exp(cv * normal(next)) * dip * warm * (side === 1 ? 1 + change : 1))
  }
  return sides
}

/** Percent of comparisons that say `regression`. */
function found(truth: Truth, strict = false): number {
  const next = uniform(truth.n * 1000 + truth.cv * 1e5 - truth.change * 10)
  const times = 2000
  let hits = 0
  for (let i = 0; i < times; i++) {
    const [before, after] = trials(truth, next)
    if (judge(before, after, { ...rate, strict }).verdict === 'regression') hits++
  }
  return (hits / times) * 100
}

// Operating points of the rule with a threshold of 3 %, from another simulation of 600 repetitions a cell: -5 %, -10 %,
// and the same where the whole interval must be beyond the threshold.
const points = [
  [0.01, 5, [71, 80, 58, 73]],
  [0.01, 8, [91, 96, 80, 93]],
  [0.01, 10, [95, 99, 88, 98]],
  [0.03, 5, [55, 82, 20, 74]],
  [0.03, 8, [77, 95, 28, 90]],
  [0.03, 10, [82, 99, 34, 96]],
] as const

describe('many comparisons of which the truth is known', () => {
  it.each([0, 0.05])('alarm falsely in 3 of 100 at most, of a machine that drifts by %s', drift => {
    const alarms = points.map(([cv, n]) => found({ n, cv, change: 0, drift }))
    expect(Math.max(...alarms)).toBeLessThan(3.5)
    expect(alarms.reduce((sum, percent) => sum + percent, 0) / alarms.length).toBeLessThanOrEqual(2)
  })

  it.each(points)('of runs that differ by %s, %i a side, find what they should', (cv, n, expected) => {
    const rates = [false, true].flatMap(strict =>
      [-0.05, -0.1].map(change => found({ n, cv, change }, strict)),
    )
    for (const [i, percent] of rates.entries())
      expect(Math.abs(percent - expected[i]!)).toBeLessThanOrEqual(5)
  })
})
