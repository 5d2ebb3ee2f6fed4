import { describe, expect, it } from 'vitest'
import { classify, conditionalThroughput, relevantBounds } from './classify.js'
import { aGoal, aTrial } from './device.testing.js'
import type { Trial } from './trial.js'

const timing = (finalS: number, sumS: number, exceedRatio: number) => ({ finalS, sumS, exceedRatio })
/** RFC 9971 appendix C.1. */
const goals = {
  RFC2544: aGoal('RFC2544', 0, timing(60, 60, 0)),
  TST009: aGoal('TST009', 0, timing(60, 120, 0.5)),
  '1s final': aGoal('1s final', 0.005, timing(1, 120, 0.5)),
  '20% exceed': aGoal('20% exceed', 0.005, timing(60, 60, 0.2)),
}
const times = (count: number, durationS: number, loss: number): Trial[] =>
  Array.from({ length: count }, () => aTrial(1e6, durationS, loss))

/** Appendix C.2: what each point in time adds. */
const added = [
  times(59, 1, 0),
  times(1, 1, 0.01),
  times(59, 1, 0.01),
  times(1, 1, 0),
  times(1, 60, 0.001),
  times(1, 60, 0),
]
const [U, L, x] = ['upper', 'lower', 'undecided'] as const
/**
 * Appendix C.3, but for two cells: at points 5 and 6 the table calls the load a lower bound for `20% exceed`, although the
 * optimistic exceed ratios that it prints there (42.857 % and 27.273 %) are above 20 %. The code of appendix A says upper.
 */
const expected = {
  RFC2544: [x, U, U, U, U, U],
  TST009: [x, x, x, x, x, L],
  '1s final': [x, x, x, L, L, L],
  '20% exceed': [x, x, U, U, U, U],
}

describe('the example search of RFC 9971', () => {
  for (const [name, goal] of Object.entries(goals))
    it(`classifies its load for ${name} at all six points`, () => {
      const found = added.map((_, point) => classify(added.slice(0, point + 1).flat(), goal))
      expect(found).toEqual(expected[name as keyof typeof expected])
    })

  it('has the conditional throughputs of appendix C.4', () => {
    const of = (name: keyof typeof goals) => conditionalThroughput(1e6, added.flat(), goals[name])
    expect([of('TST009'), of('1s final'), of('20% exceed')].map(Math.round)).toEqual([1e6, 1e6, 999_000])
  })
})

describe('a load', () => {
  const csit = aGoal('ndr', 0)

  it('is decided as soon as the seconds that are missing cannot change it', () => {
    const after = (good: number, bad: number, change: Partial<Trial> = {}) =>
      classify(
        [...times(good, 1, 0), ...times(bad, 1, 0.1)].map(trial => ({ ...trial, ...change })),
        csit,
      )
    expect([after(10, 0), after(11, 0), after(0, 10), after(0, 11)]).toEqual([x, L, x, U])
    const slow = { effectiveS: 1.5 }
    expect([after(6, 0, slow), after(7, 0, slow), after(0, 7, slow), after(0, 8, slow)]).toEqual([x, L, x, U])
  })

  it('that nobody has measured is undecided, and has no throughput', () => {
    expect(classify([], csit)).toBe('undecided')
    expect(conditionalThroughput(1e6, [], csit)).toBe(0)
  })

  it('is judged by any metric of its trials', () => {
    const condition = { text: '', metric: 'latency_p99_ns', op: '<' as const, value: 50_000, path: [] }
    const goal = { ...csit, conditions: [condition] }
    const quick = times(11, 1, 0.5).map(trial =>
      aTrial(1, 1, trial.lossRatio, { metrics: { latency_p99_ns: 4e4 } }),
    )
    expect(classify(quick, goal)).toBe('lower')
    expect(classify(times(11, 1, 0), goal), 'not measured is not met').toBe('upper')
  })

  it('that is good above one that is bad is no lower bound', () => {
    const at = new Map([
      [1, times(11, 1, 0)],
      [2, times(11, 1, 0.1)],
      [3, times(11, 1, 0)],
    ])
    expect(relevantBounds(at, csit)).toEqual({ lower: 1, upper: 2 })
  })
})
