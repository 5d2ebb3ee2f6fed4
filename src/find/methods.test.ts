import { describe, expect, it } from 'vitest'
import { uniform } from '../compare/random.testing.js'
import { binary, decidedByOne } from './binary.js'
import { type BurstOptions, burstFinding, bursts } from './bursts.js'
import { aGoal, aTrial, type Device, noisy, played } from './device.testing.js'
import { findingOf, loadsOf } from './findings.js'
import { withTrials } from './goal.js'
import { gridFor } from './grid.js'
import { lossCurve } from './loss-curve.js'
import { ramp } from './ramp.js'

const limits = { minPps: 1000, maxPps: 1e6 }
const steady = (capacity: number): Device => noisy(capacity, 0, uniform(1))
const ndr = aGoal('ndr', 0)

describe('binary search', () => {
  it('halves from the highest load until the bounds are as close as asked', () => {
    const goal = decidedByOne(aGoal('ndr', 0, { width: 0.1 }))
    const trials = played(binary([goal], limits), steady(300_000))
    const loads = trials.map(({ loadPps }) => loadPps)
    expect(loads).toEqual([1e6, 1000, 500_500, 250_750, 375_625, 313_187.5, 281_968.75])
    expect(findingOf(goal, trials, limits)).toMatchObject({
      lowerPps: 281_968.75,
      upperPps: 313_187.5,
      irregular: null,
    })
  })

  it('ends at once where everything goes, or nothing', () => {
    const goal = decidedByOne(ndr)
    expect(played(binary([goal], limits), steady(2e6))).toHaveLength(1)
    expect(played(binary([goal], limits), steady(10))).toHaveLength(2)
  })

  it('measures no load twice for two goals', () => {
    const goals = [ndr, aGoal('pdr', 0.005)].map(decidedByOne)
    const loads = played(binary(goals, limits), steady(300_000)).map(({ loadPps }) => loadPps)
    expect(new Set(loads).size).toBe(loads.length)
  })
})

describe('a ramp', () => {
  it('rises by the width and ends with the first load at which no goal is met', () => {
    const goals = [aGoal('ndr', 0, { width: 0.2 }), aGoal('pdr', 0.3, { width: 0.2 })]
    const trials = played(ramp(goals, limits), steady(2000))
    expect(trials.map(({ loadPps }) => Math.round(loadPps))).toEqual([1000, 1250, 1563, 1953, 2441, 3052])
    const found = goals.map(goal => findingOf(decidedByOne(goal), trials, limits))
    expect(found.map(({ lowerPps }) => Math.round(lowerPps!))).toEqual([1953, 2441])
  })

  it('ends at the highest load', () => {
    expect(played(ramp([ndr], { minPps: 1000, maxPps: 1004 }), steady(2000)).at(-1)!.loadPps).toBe(1004)
  })
})

describe('bursts', () => {
  /** Takes `room` frames beyond those that it forwards meanwhile, at half the rate of the line. */
  const buffered =
    (room: number): Device =>
    ask => {
      const lost = Math.max(0, ask.frames! - Math.floor(ask.frames! / 2) - room)
      return aTrial(ask.loadPps, ask.durationS, lost / ask.frames!, ask)
    }
  const options: BurstOptions = { loadPps: 1e6, maxFrames: 100_000, stepFrames: 1, repeats: 3 }

  it('find the longest one without loss, and the buffer that it stands for', () => {
    const trials = played(bursts(ndr, options), buffered(500))
    const found = burstFinding(ndr, trials, { ...options, throughputPps: 500_000 })
    expect(found).toMatchObject({
      averageFrames: 1000,
      minFrames: 1000,
      maxFrames: 1000,
      deviationFrames: 0,
      repeats: 3,
    })
    // RFC 9004 section 6.4: what was forwarded meanwhile was in no buffer.
    expect(found.correctedBufferS).toBeCloseTo(1000 / 1e6 / 2, 12)
    expect(found.unbounded).toBe(false)
  })

  it('say the spread of all repetitions', () => {
    const rooms = [100, 200, 300]
    let search = -1
    const varying: Device = ask => {
      if (ask.frames === options.maxFrames) search++
      return buffered(rooms[search]!)(ask)
    }
    const found = burstFinding(ndr, played(bursts(ndr, options), varying), {
      ...options,
      throughputPps: null,
    })
    expect(found).toMatchObject({
      averageFrames: 400,
      minFrames: 200,
      maxFrames: 600,
      correctedBufferS: null,
    })
    expect(found.deviationFrames).toBeCloseTo(Math.sqrt((200 ** 2 * 2) / 3), 9)
  })

  it('have no end where the device keeps up, or no beginning where it loses the first', () => {
    const all = played(bursts(ndr, options), buffered(1e9))
    expect(all).toHaveLength(3)
    expect(burstFinding(ndr, all, { ...options, throughputPps: null })).toMatchObject({
      unbounded: true,
      averageFrames: 1e5,
    })
    const nothing: Device = ask => aTrial(ask.loadPps, ask.durationS, 1, ask)
    const none = played(bursts(ndr, options), nothing)
    expect(burstFinding(ndr, none, { ...options, throughputPps: null }).averageFrames).toBe(0)
  })

  it('that were interrupted count only the repetitions that ended', () => {
    const trials = played(bursts(ndr, options), buffered(500))
    expect(burstFinding(ndr, trials.slice(0, -1), { ...options, throughputPps: null }).repeats).toBe(2)
    expect(burstFinding(ndr, [], { ...options, throughputPps: null })).toMatchObject({
      averageFrames: null,
      repeats: 0,
    })
  })
})

describe('the loss curve', () => {
  const shares = (capacity: number) =>
    played(lossCurve(limits, 1), steady(capacity)).map(({ loadPps }) => Math.round(loadPps / 1e5))

  it('goes down in tenths until two loads in a row lose nothing (RFC 2544 section 26.3)', () => {
    expect(shares(750_000)).toEqual([10, 9, 8, 7, 6])
    expect(shares(2e6)).toEqual([10, 9])
    expect(shares(10)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
  })
})

describe('a grid', () => {
  it('keeps every width, and never a wider one', () => {
    for (const width of [0.005, 0.01, 0.1, 0.3]) {
      const grid = gridFor({ minPps: 9001, maxPps: 14_880_952 }, [{ width }, { width: 0.02 }])
      const steps = grid.steps(width)
      const found = 1 - grid.load(1000) / grid.load(1000 + steps)
      expect(found).toBeLessThanOrEqual(width)
      expect(found).toBeGreaterThan(width * 0.98)
    }
  })

  it('has the limits as its ends, and finds each load again', () => {
    const grid = gridFor(limits, [{ width: 0.005 }])
    expect([grid.load(0), grid.load(grid.last)]).toEqual([1000, 1e6])
    for (let step = 0; step <= grid.last; step++) expect(grid.stepAt(grid.load(step))).toBe(step)
    expect([grid.stepAt(0), grid.stepAt(1e9), grid.stepAt(Number.NaN)]).toEqual([0, grid.last, 0])
  })
})

describe('what was tried', () => {
  it('is summed up by load', () => {
    const trials = [aTrial(2e5, 1, 0), aTrial(4e5, 1, 0.2), aTrial(2e5, 3, 0.5)]
    expect(loadsOf([decidedByOne(ndr)], trials)).toEqual([
      { loadPps: 2e5, trials: 2, seconds: 4, lossRatio: 0.375, classes: { ndr: 'upper' } },
      { loadPps: 4e5, trials: 1, seconds: 1, lossRatio: 0.2, classes: { ndr: 'upper' } },
    ])
  })

  it('by shorter trials is judged by as many of them', () => {
    expect(withTrials(ndr, 0.1)).toMatchObject({ initialS: 0.1, finalS: 0.1, sumS: 2.1 })
    expect(withTrials(ndr, 10)).toMatchObject({ initialS: 1, finalS: 10, sumS: 210 })
  })
})
