import { describe, expect, it } from 'vitest'
import { judge, type Paced } from './pacing.js'

describe('pace', () => {
  const base = {
    shards: 1,
    runLength: 1,
    count: null,
    sent: 10_000,
    seconds: 10,
    tolerance: 0.01,
    ownSeconds: null,
  }
  const steady = (pps: number) => ({ shape: 'steady', pps }) as const
  const run: Paced = { ...base, asked: steady(1000) }
  const ramp = { shape: 'ramp', fromPps: 0, toPps: 2000, overNs: 10e9 } as const
  const poisson = { shape: 'poisson', pps: 100 } as const
  it.each<[string, Partial<Paced>, string]>([
    ['on time', {}, 'met'],
    ['1 % short', { sent: 9_900 }, 'met'],
    ['1 % short, of 0.1 % that may be', { sent: 9_900, tolerance: 0.001 }, 'missed'],
    ['2 % short', { sent: 9_800 }, 'missed'],
    ['stalled at half time', { sent: 5_000 }, 'missed'],
    ['ahead', { sent: 10_500 }, 'exceeded'],
    ['count reached early', { sent: 2_000, count: 2_000 }, 'met'],
    ['count reached, but slowly', { sent: 2_000, count: 2_000, ownSeconds: 4 }, 'missed'],
    ['a handful of packets', { asked: steady(10), seconds: 0.15, sent: 2 }, 'met'],
    ['one of four shares', { shards: 4, sent: 2_500 }, 'met'],
    ['a ramp at its end', { asked: ramp }, 'met'],
    ['a ramp that was cut off half way', { asked: ramp, seconds: 5, sent: 2_500 }, 'met'],
    ['a ramp that did not climb', { asked: ramp, sent: 9_000 }, 'missed'],
    ['the count of a ramp in its time', { asked: ramp, count: 2_500, sent: 2_500, ownSeconds: 5 }, 'met'],
    ['the count of a ramp too late', { asked: ramp, count: 2_500, sent: 2_500, ownSeconds: 6 }, 'missed'],
    ['chance, 3 sigma short', { asked: poisson, sent: 905 }, 'met'],
    ['chance, 6 sigma short', { asked: poisson, sent: 810 }, 'missed'],
    ['a burst more', { asked: { shape: 'burst', pps: 1000, frames: 4096 }, sent: 14_000 }, 'met'],
    ['a turn less', { runLength: 500, sent: 9_500 }, 'met'],
  ])('%s', (_, change, pace) => {
    expect(judge({ ...run, ...change })).toBe(pace)
  })
})
