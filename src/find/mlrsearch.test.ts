import { describe, expect, it } from 'vitest'
import { uniform } from '../compare/random.testing.js'
import { binary, decidedByOne } from './binary.js'
import { aGoal, type Device, noisy, played, secondsOf } from './device.testing.js'
import { findingOf } from './findings.js'
import { PRESETS } from './goal.js'
import { mlrsearch } from './mlrsearch.js'
import type { Limits, Trial } from './trial.js'

const limits: Limits = { minPps: 9001, maxPps: 14_880_952 }
const goals = [aGoal('ndr', 0), aGoal('pdr', 0.005)] as const

/** Anywhere between the limits, by orders of magnitude. */
const capacityOf = (next: () => number) => 20_000 * (14e6 / 20_000) ** next()

describe('a device of known capacity that varies by 0.1 % from trial to trial', () => {
  const searches = Array.from({ length: 200 }, (_, seed) => {
    const next = uniform(seed)
    const capacity = capacityOf(next)
    return { capacity, device: noisy(capacity, 0.001, next) }
  })
  const runs = searches.map(({ capacity, device }) => ({
    capacity,
    trials: played(mlrsearch(goals, limits), device),
  }))
  /** No wider than asked, and the truth, which is as sharp as the device is steady, lies in it. */
  const right = ({ capacity, trials }: (typeof runs)[number], i: 0 | 1) => {
    // At this load the middle one of all trials loses just what the goal accepts.
    const truth = i === 0 ? capacity : capacity / (1 - 0.005)
    const { lowerPps, upperPps, irregular } = findingOf(goals[i], trials, limits)
    return irregular === null && lowerPps! <= truth * 1.001 && upperPps! >= truth * 0.999
  }

  it('is found within the width in 95 % of 200 searches: NDR', () => {
    expect(runs.filter(run => right(run, 0)).length).toBeGreaterThanOrEqual(190)
  })

  it('is found within the width in 95 % of 200 searches: PDR', () => {
    expect(runs.filter(run => right(run, 1)).length).toBeGreaterThanOrEqual(190)
  })

  it('takes fewer trial-seconds than binary searches whose trials are as long as the sum of a goal', () => {
    const plain = goals.map(goal => ({ ...decidedByOne(goal), finalS: goal.sumS }))
    const seconds = searches.map(({ device }) => secondsOf(played(binary(plain, limits), device)))
    const fewer = runs.filter(({ trials }, i) => secondsOf(trials) < seconds[i]!)
    expect(fewer.length).toBe(runs.length)
    const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length
    expect(mean(runs.map(({ trials }) => secondsOf(trials)))).toBeLessThan(mean(seconds) / 3)
  })

  it('is asked for the same loads where it answers the same', () => {
    const asked = () =>
      played(mlrsearch(goals, limits), noisy(1e6, 0.001, uniform(7))).map(trial => trial.loadPps)
    expect(asked()).toEqual(asked())
  })
})

describe('the finding', () => {
  const search = (device: Device, some = goals as readonly (typeof goals)[number][], within = limits) => {
    const trials = played(mlrsearch(some, within), device)
    return some.map(goal => findingOf(goal, trials, within))
  }

  it('is the highest load where the device takes all of it', () => {
    const [ndr] = search(noisy(20e6, 0, uniform(1)))
    expect(ndr).toMatchObject({
      lowerPps: limits.maxPps,
      upperPps: null,
      irregular: 'max-load',
      limitedBy: 'max-load',
      throughputPps: limits.maxPps,
    })
  })

  it('is none where not even the lowest load is met', () => {
    const [ndr, pdr] = search(noisy(5000, 0, uniform(1)))
    expect(ndr).toMatchObject({ lowerPps: null, upperPps: limits.minPps, irregular: 'no-load' })
    expect(pdr).toMatchObject({
      lowerPps: null,
      throughputPps: null,
      irregular: 'no-load',
      limitedBy: 'device',
    })
  })

  it('says that the generator was the limit where the trials above it were not fully sent', () => {
    const slow: Device = ask => ({ ...noisy(3e6, 0, uniform(1))(ask), limitedByGenerator: ask.loadPps > 3e6 })
    expect(search(slow)[0]).toMatchObject({ irregular: null, limitedBy: 'generator' })
  })

  it('says so too where the device is as good as none', () => {
    const trials = played(mlrsearch(goals, limits), noisy(1e6, 0, uniform(1)))
    const limitedBy = (referencePps: number) =>
      findingOf(goals[0], trials, { ...limits, referencePps }).limitedBy
    expect([limitedBy(1.04e6), limitedBy(1.1e6)]).toEqual(['generator', 'device'])
  })

  it('is unfinished while bounds are further apart than the width', () => {
    const trials = played(mlrsearch(goals, limits), noisy(1e6, 0, uniform(1)))
    expect(findingOf(goals[0], trials.slice(0, 12), limits).irregular).toBe('unfinished')
    expect(findingOf(goals[0], [], limits)).toMatchObject({ irregular: 'unfinished', limitedBy: null })
  })

  for (const [name, timing] of Object.entries(PRESETS))
    it(`is found by the preset ${name}, with no trial longer than it says`, () => {
      const goal = aGoal('ndr', 0, timing)
      const trials = played(mlrsearch([goal], limits), noisy(1e6, 0, uniform(1)))
      const { lowerPps, upperPps, irregular } = findingOf(goal, trials, limits)
      expect(irregular).toBeNull()
      expect(lowerPps).toBeLessThanOrEqual(1e6)
      expect(upperPps).toBeGreaterThan(1e6)
      expect(Math.max(...trials.map(({ durationS }) => durationS))).toBeLessThanOrEqual(timing.finalS)
    })

  it('finds the load where latency rises, whatever is lost', () => {
    const condition = { text: '', metric: 'latency_p99_ns', op: '<' as const, value: 50_000, path: [] }
    const goal = aGoal('slow', 0, { conditions: [condition] })
    const device: Device = ask => {
      const trial = noisy(2e6, 0, uniform(1))(ask)
      const latency_p99_ns = ask.loadPps > 1.5e6 ? 80_000 : 20_000
      return { ...trial, values: { ...trial.values, metrics: { ...trial.values.metrics, latency_p99_ns } } }
    }
    const [found] = search(device, [goal])
    expect(found!.lowerPps! / 1.5e6).toBeGreaterThan(0.995)
    expect(found!.upperPps! / 1.5e6).toBeLessThan(1.005 / 0.995)
  })
})

describe('any device', () => {
  it('ends the search, however it behaves', () => {
    for (let seed = 0; seed < 50; seed++) {
      const next = uniform(seed)
      const moody: Device = ask => noisy(capacityOf(next), next(), next)(ask)
      const trials: Trial[] = played(mlrsearch(goals, limits), moody)
      for (const { loadPps } of trials) {
        expect(loadPps).toBeGreaterThanOrEqual(limits.minPps)
        expect(loadPps).toBeLessThanOrEqual(limits.maxPps)
      }
    }
  })

  it('may have one load only', () => {
    const one = { minPps: 1000, maxPps: 1000 }
    const trials = played(mlrsearch(goals, one), noisy(2000, 0, uniform(1)))
    expect(new Set(trials.map(({ loadPps }) => loadPps))).toEqual(new Set([1000]))
    expect(findingOf(goals[0], trials, one).irregular).toBe('max-load')
  })
})
