import { describe, expect, it } from 'vitest'
import type { Load } from '../profile/model.js'
import { makeLanes } from './lanes.js'
import { dueTimes } from './pace.js'
import { planned } from './stream.testing.js'

const first = (count: number, load: Load, paceKey = 0n): number[] => {
  const [lane] = makeLanes([planned(0, load, { paceKey })], { durationNs: null, linkBps: null })
  const times = dueTimes(lane!)
  return Array.from({ length: count }, () => times.next().value)
}

describe('due times', () => {
  it('of Poisson arrivals are those that the native core draws (native/tx/test/pace_test.cc)', () => {
    const drawn = [
      203.82878805595288, 232.43023485624215, 385.71005798615147, 549.9377083488347, 569.4908503760497,
      1860.171876490569, 1911.093726863106, 2070.8989232288263,
    ]
    const times = first(8, { kind: 'poisson', rate: { kind: 'pps', pps: 1e6 } }, 0x123456789abcdef0n)
    times.forEach((time, i) => {
      expect(time).toBeCloseTo(drawn[i]!, 6)
    })
  })

  it('of a burst are one', () => {
    expect(first(5, { kind: 'burst', frames: 2, everyNs: 1000 })).toEqual([0, 0, 1000, 1000, 2000])
  })

  it('of a ramp come closer and closer', () => {
    const ramp: Load = {
      kind: 'ramp',
      from: { kind: 'pps', pps: 0 },
      to: { kind: 'pps', pps: 1000 },
      overNs: 1e9,
    }
    const times = first(501, ramp)
    expect([0, 125, 500].map(slot => Math.round(times[slot]!))).toEqual([0, 5e8, 1e9])
  })
})
