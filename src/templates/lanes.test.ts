import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Load } from '../profile/model.js'
import { cycle, type Lane, makeLanes, wholeWeights } from './lanes.js'
import type { StreamPlan } from './plan.js'
import { packetLimit } from './rate.js'
import { planned, pps } from './stream.testing.js'

const line: Load = { kind: 'line' }
const lanesOf = (...streams: StreamPlan[]): Lane[] => makeLanes(streams, { durationNs: 1e9, linkBps: null })
const slotsOf = (...streams: StreamPlan[]) => lanesOf(...streams).map(({ slots }) => slots.join(''))
/** Of a total of 1000 packets/s. */
const part = (id: number, share: number, over: Partial<StreamPlan> = {}) =>
  planned(id, pps(share * 10), { share, ...over })

describe('a cycle', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 12 })

  it('gives each its weight exactly, in runs of whole turns', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 9 }), (given, run) => {
        const slots = cycle(given, run)
        const divisor = (given.reduce((sum, weight) => sum + weight, 0) * run) / slots.length
        given.forEach((weight, k) => {
          expect(slots.filter(slot => slot === k).length).toBe((weight * run) / divisor)
        })
        for (let at = 0; at < slots.length; at += run) expect(new Set(slots.slice(at, at + run)).size).toBe(1)
      }),
    )
  })

  it('spreads evenly: 3 and 1 never put the three in one block of a longer cycle', () => {
    expect(cycle([3, 1], 1).join('')).toBe('0010')
    expect(cycle([1, 1], 4).join('')).toBe('00001111')
    expect(cycle([2, 1], 2).join('')).toBe('001100')
  })

  it('has one slot for one stream, whatever the run', () => expect(cycle([7], 100)).toEqual([0]))

  it('rounds odd shares of a line to a long cycle', () => {
    const slots = cycle([Math.PI, 1], 1)
    const ratio = slots.filter(slot => slot === 0).length / slots.filter(slot => slot === 1).length
    expect(ratio).toBeCloseTo(Math.PI, 2)
  })
})

describe('lanes', () => {
  it('put streams of commensurable rates into one cycle', () => {
    expect(wholeWeights([1000, 2000, 500])).toEqual([2, 4, 1])
    const [lane, ...rest] = lanesOf(planned(0, pps(1000)), planned(1, pps(3000)))
    expect(rest).toEqual([])
    expect(lane).toMatchObject({ shape: 'steady', periodNs: 250_000, slots: [1, 0, 1, 1], openEnded: false })
  })

  it('give rates of no common measure lanes of their own', () => {
    const lanes = lanesOf(planned(0, pps(7)), planned(1, pps(3e6)))
    expect(lanes.map(lane => lane.slots)).toEqual([[0], [1]])
    expect(lanes[0]!.periodNs).toBeCloseTo(1e9 / 7)
  })

  it('let unpaced streams take turns in the time that is left', () => {
    const lanes = lanesOf(planned(0, pps(10)), planned(1, line), planned(2, line))
    expect(lanes.at(-1)).toMatchObject({ shape: 'line', periodNs: 0, slots: [1, 2], openEnded: true })
  })

  it('keep every turn of 10,000 streams in one cycle', () => {
    const many = Array.from({ length: 10_000 }, (_, id) => planned(id, pps(100)))
    expect(lanesOf(...many).map(lane => lane.slots.length)).toEqual([10_000])
  })

  it('hold the shares of a total in packets or in bits, and of a line in packets', () => {
    expect(slotsOf(part(0, 75), part(1, 25))).toEqual(['0010'])
    const bits = (share: number): Load => ({ kind: 'bps', bps: 1e6 * share, layer: 1 })
    // 84 and 590 bytes on the wire: 295 small frames weigh as much as 42 large ones.
    const lanes = lanesOf(
      planned(0, bits(50), { share: 50 }),
      planned(1, bits(50), { share: 50, sequence: [1] }),
    )
    expect(lanes.map(({ slots }) => slots.filter(slot => slot === 1).length / slots.length)).toEqual([
      42 / (295 + 42),
    ])
    expect(slotsOf(planned(0, line, { share: 80 }), planned(1, line, { share: 20 }))).toEqual(['00100'])
  })

  it('run streams of a total for as long as the mix says', () => {
    const lanes = lanesOf(part(0, 50, { runLength: 3 }), part(1, 50, { runLength: 3 }))
    expect(lanes).toMatchObject([{ slots: [0, 0, 0, 1, 1, 1], tight: true }])
    expect(lanesOf(part(0, 50, { count: 5 }), part(1, 50))).toMatchObject([{ tight: false }])
  })

  it('share the shape of a total, and keep shapes of streams apart', () => {
    const burst = (frames: number): Load => ({ kind: 'burst', frames, rate: { kind: 'pps', pps: 500 } })
    const together = lanesOf(planned(0, burst(8), { share: 50 }), planned(1, burst(8), { share: 50 }))
    expect(together).toMatchObject([{ shape: 'burst', burst: 8, periodNs: 1e6, slots: [0, 1] }])
    expect(slotsOf(planned(0, burst(8)), planned(1, burst(8)))).toEqual(['0', '0'].map((_, k) => String(k)))
    const ramp: Load = {
      kind: 'ramp',
      from: { kind: 'pps', pps: 1 },
      to: { kind: 'pps', pps: 50 },
      overNs: 10,
    }
    const climbing = lanesOf(planned(0, ramp, { share: 50 }), planned(1, ramp, { share: 50 }))
    expect(climbing).toMatchObject([{ shape: 'ramp', fromPps: 2, toPps: 100, overNs: 10, openEnded: false }])
  })

  it('tell apart what starts or ends at different times', () => {
    expect(slotsOf(planned(0, pps(1)), planned(1, pps(1), { startNs: 5 }), planned(2, pps(1)))).toEqual([
      '02',
      '1',
    ])
    expect(lanesOf(planned(0, line, { forNs: 7 }))).toMatchObject([{ forNs: 7, openEnded: true }])
  })

  it('wait for the lanes of others, which nobody else keeps open', () => {
    const fill = [0, 1, 2].map(id => planned(id, pps(1), { count: 1 }))
    const lanes = lanesOf(...fill, planned(3, line, { after: [0, 1], startNs: 9 }))
    expect(lanes.map(({ slots }) => slots.join(''))).toEqual(['01', '2', '3'])
    expect(lanes[2]).toMatchObject({ after: [0], startNs: 9, openEnded: true })
  })

  it('are open-ended where only the clock ends them', () => {
    const poisson: Load = { kind: 'poisson', rate: { kind: 'pps', pps: 5 } }
    expect(lanesOf(planned(0, poisson, { paceKey: 77n }))).toMatchObject([
      { shape: 'poisson', key: 77n, openEnded: true },
    ])
    expect(makeLanes([planned(0, pps(5))], { durationNs: null, linkBps: null })[0]!.openEnded).toBe(true)
    expect(
      makeLanes([planned(0, pps(5), { count: 5 })], { durationNs: null, linkBps: null })[0]!.openEnded,
    ).toBe(false)
  })

  it('give a total its packets: those of its streams add up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.nat(1e6), (share, total) => {
        const streams = [share, 100 - share].map((percent, id) =>
          planned(id, pps((total * percent) / 100), { share: percent }),
        )
        const sent = streams.reduce(
          (sum, stream) => sum + packetLimit([stream], { durationNs: 1e9, linkBps: null })!,
          0,
        )
        expect(Math.abs(sent - total)).toBeLessThanOrEqual(1)
      }),
    )
  })
})
