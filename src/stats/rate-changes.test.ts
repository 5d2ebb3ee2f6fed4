import { describe, expect, it } from 'vitest'
import { buildResult } from './build.js'
import { scheduleSeconds, unchangedPps } from './rate-changes.js'
import { anEnvironment, anOutcome, aPlan, aProfile, aSnapshot, aStream, aTxQueue } from './run.testing.js'
import { interval } from './sampler.js'

const rateChanges = [
  { ns: 2e9, factor: 0.5 },
  { ns: 4e9, factor: 3 },
]

describe('the time of a schedule whose speed was changed', () => {
  it.each([
    ['before the first change', 0, 1, 1],
    ['over one', 1, 3, 1.5],
    ['between two', 2, 4, 1],
    ['over all', 0, 5, 2 + 1 + 3],
    ['from a stream that begins later', 4.5, 5, 1.5],
    ['of nothing', 3, 3, 0],
  ])('%s', (_, from, to, seconds) => {
    expect(scheduleSeconds(rateChanges, from, to)).toBeCloseTo(seconds, 12)
  })
})

it('is told of intervals from the first change on', () => {
  const at = (seconds: number, made: number) =>
    aSnapshot({ elapsedNs: seconds * 1e9, rateChanges: rateChanges.slice(0, made) })
  const factors = [at(0, 0), at(1.5, 0), at(2.5, 1), at(3.5, 1), at(4.5, 2)]
  const told = factors.slice(1).map((now, k) => interval(aPlan(), factors[k]!, now).rate_factor)
  expect(told).toEqual([undefined, 0.75, 0.5, 1.75])
})

describe('a run whose rate was changed', () => {
  /** A second at 1 Mpps, of which the second half was asked for at a tenth. */
  const result = (packets: number) =>
    buildResult({
      plan: aPlan({ streams: [aStream({ rate: { kind: 'pps', pps: 1e6 }, rx: null })] }),
      outcome: anOutcome({
        final: aSnapshot({
          elapsedNs: 1.1e9,
          tx: [aTxQueue({ packets, firstNs: 1, lastNs: 1e9 })],
          rx: [],
          rateChanges: [{ ns: 5e8, factor: 0.1 }],
        }),
        latency: [],
      }),
      shards: 1,
      profile: aProfile,
      environment: anEnvironment,
    })

  it('was asked for what all of its parts were', async () => {
    const whole = await result(550_000)
    const { verdict, metrics, rate_changes, warnings } = whole
    expect(unchangedPps(whole)).toBeCloseTo(1e6, -1)
    expect([verdict, rate_changes]).toEqual(['pass', [{ t_s: 0.5, factor: 0.1 }]])
    expect(metrics.offered_pps).toBeCloseTo(550_000, 3)
    const said = warnings.find(({ code }) => code === 'rate-changed')
    expect(said?.message).toContain('10 % from 0.5 s on')
  })

  it('has missed that with less, and did not keep to it with more', async () => {
    expect((await result(500_000)).verdict).toBe('invalid')
    expect((await result(1_000_000)).warnings.map(({ code }) => code)).toContain('rate-exceeded')
  })
})
