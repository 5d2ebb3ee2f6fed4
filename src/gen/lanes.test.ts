import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Rate } from '../profile/model.js'
import type { StreamPlan } from '../templates/plan.js'
import { shareOf } from './encode.js'
import { askedPps, interleave, makeLanes, meanFrameBytes, packetLimit, wholeWeights } from './lanes.js'

function stream(id: number, rate: Rate, over: Partial<StreamPlan> = {}): StreamPlan {
  const templates = [60, 566, 1514].map(bytes => ({ bytes: new Uint8Array(bytes), checksums: [] }))
  return {
    id,
    name: `s${id}`,
    path: ['streams', id],
    templates,
    sequence: [0],
    fields: [],
    signature: null,
    match: null,
    rate,
    count: null,
    tx: 'a',
    rx: null,
    ...over,
  }
}

const whole = { index: 0, stride: 1 }
const pps = (value: number): Rate => ({ kind: 'pps', pps: value })

describe('rates', () => {
  it('counts the wire at layer 1 and the frame at layer 2', () => {
    // 10 Gbit/s of 64-byte frames is 14,880,952 packets a second (IEEE 802.3).
    expect(Math.floor(askedPps(stream(0, { kind: 'bps', bps: 10e9, layer: 1 }), 0)!)).toBe(14_880_952)
    expect(askedPps(stream(0, { kind: 'bps', bps: 10e9, layer: 2 }), 0)).toBe(10e9 / 512)
    expect(Math.floor(askedPps(stream(0, { kind: 'percent', percent: 50 }), 10e9)!)).toBe(7_440_476)
    expect(askedPps(stream(0, { kind: 'line' }), 0)).toBeNull()
  })

  it('takes the mean of a mix of sizes', () => {
    const sequence = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2]
    expect(meanFrameBytes(stream(0, pps(1), { sequence }))).toBeCloseTo(353.83, 2) // simple IMIX
  })

  it('refuses a share of a line that has no speed', () => {
    expect(() => askedPps(stream(0, { kind: 'percent', percent: 50 }), 0)).toThrow(/no line speed/)
  })

  it('sends exactly rate x time, and never more than the count', () => {
    expect(packetLimit(stream(0, pps(1000)), 2.5e9, 0)).toBe(2500)
    expect(packetLimit(stream(0, pps(1000), { count: 10 }), 2.5e9, 0)).toBe(10)
    expect(packetLimit(stream(0, { kind: 'line' }), 2.5e9, 0)).toBeNull()
    expect(packetLimit(stream(0, pps(1000)), null, 0)).toBeNull()
  })
})

describe('interleave', () => {
  it('gives each its weight, in every cycle', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 }), weights => {
        const counts = weights.map(() => 0)
        for (const k of interleave(weights)) counts[k]!++
        expect(counts).toEqual(weights)
      }),
    )
  })

  it('spreads evenly: 3 and 1 never put the three in one block of a longer cycle', () => {
    expect(interleave([3, 1]).join('')).toBe('0010')
    expect(interleave([2, 1]).join('')).toBe('010')
  })
})

describe('lanes', () => {
  it('puts streams of commensurable rates into one cycle', () => {
    expect(wholeWeights([1000, 2000, 500])).toEqual([2, 4, 1])
    const [lane, ...rest] = makeLanes([stream(0, pps(1000)), stream(1, pps(3000))], whole, 0)
    expect(rest).toEqual([])
    expect(lane).toEqual({ periodNs: 250_000, offsetNs: 0, slots: [1, 0, 1, 1] })
  })

  it('gives rates of no common measure lanes of their own', () => {
    const lanes = makeLanes([stream(0, pps(7)), stream(1, pps(3e6))], whole, 0)
    expect(lanes.map(lane => lane.slots)).toEqual([[0], [1]])
    expect(lanes[0]!.periodNs).toBeCloseTo(1e9 / 7)
  })

  it('lets unpaced streams take turns in the time that is left', () => {
    const lanes = makeLanes(
      [stream(0, pps(10)), stream(1, { kind: 'line' }), stream(2, { kind: 'line' })],
      whole,
      0,
    )
    expect(lanes.at(-1)).toEqual({ periodNs: 0, offsetNs: 0, slots: [1, 2] })
  })

  it('shares a rate among queues: their turns interleave', () => {
    const lanes = [0, 1, 2, 3].map(index => makeLanes([stream(0, pps(1000))], { index, stride: 4 }, 0)[0]!)
    expect(lanes.map(lane => lane.offsetNs)).toEqual([0, 1e6, 2e6, 3e6])
    expect(new Set(lanes.map(lane => lane.periodNs))).toEqual(new Set([4e6]))
  })

  it('keeps every turn of 10,000 streams in one cycle', () => {
    const many = Array.from({ length: 10_000 }, (_, id) => stream(id, pps(100)))
    expect(makeLanes(many, whole, 0).map(lane => lane.slots.length)).toEqual([10_000])
  })
})

it('the shares of all shards add up to the whole', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 64 }), (count, stride) => {
      let sum = 0
      for (let index = 0; index < stride; index++) sum += shareOf(count, { index, stride })
      expect(sum).toBe(count)
    }),
  )
})
