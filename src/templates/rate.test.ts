import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Load } from '../profile/model.js'
import {
  meanFrameBytes,
  nsFor,
  type Pace,
  paceOf,
  packetLimit,
  packetsBy,
  ratePps,
  windowNs,
} from './rate.js'
import { planned, pps } from './stream.testing.js'

describe('rates', () => {
  // Table of the methodology notes: 10 Gb/s, RFC 2544 frame sizes; IEEE 802.3 for the 20 bytes beside each.
  it.each([
    [64, 14880952],
    [128, 8445945],
    [512, 2349624],
    [1518, 812743],
  ])('of %d-byte frames at 10 Gbps is %d', (frameBytes, pps) => {
    expect(Math.floor(ratePps({ kind: 'percent', percent: 100 }, frameBytes, 10e9)!)).toBe(pps)
    expect(Math.floor(ratePps({ kind: 'bps', bps: 10e9, layer: 1 }, frameBytes, null)!)).toBe(pps)
  })

  it('counts the frame alone at layer 2', () => {
    expect(ratePps({ kind: 'bps', bps: 10e9, layer: 2 }, 64, null)).toBe(10e9 / 512)
  })

  it('takes the mean of a mix of sizes, FCS included', () => {
    const sequence = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2]
    expect(meanFrameBytes([planned(0, pps(1), { sequence })])).toBeCloseTo((7 * 64 + 4 * 570 + 1518) / 12, 9)
  })

  it.each<[Load, Pace | null]>([
    [{ kind: 'line' }, { shape: 'line' }],
    [{ kind: 'percent', percent: 50 }, null],
    [
      { kind: 'bps', bps: 672_000, layer: 1 },
      { shape: 'steady', pps: 1000 },
    ],
    [
      { kind: 'poisson', rate: { kind: 'bps', bps: 672_000, layer: 1 } },
      { shape: 'poisson', pps: 1000 },
    ],
    [
      { kind: 'burst', frames: 64, everyNs: 1e6 },
      { shape: 'burst', pps: 64_000, frames: 64 },
    ],
    [
      { kind: 'burst', frames: 64, rate: { kind: 'pps', pps: 10 } },
      { shape: 'burst', pps: 10, frames: 64 },
    ],
    [
      { kind: 'ramp', from: { kind: 'pps', pps: 0 }, to: { kind: 'pps', pps: 9 }, overNs: 5 },
      { shape: 'ramp', fromPps: 0, toPps: 9, overNs: 5 },
    ],
  ])('of %o is %o', (load, pace) => expect(paceOf([planned(0, load)], null)).toEqual(pace))
})

const anyPace = fc.oneof(
  fc.record({ shape: fc.constant('steady' as const), pps: fc.double({ min: 1, max: 1e8, noNaN: true }) }),
  fc.record({
    shape: fc.constant('ramp' as const),
    fromPps: fc.double({ min: 0, max: 1e7, noNaN: true }),
    toPps: fc.double({ min: 1, max: 1e7, noNaN: true }),
    overNs: fc.double({ min: 1e3, max: 1e12, noNaN: true }),
  }),
)

describe('packets by a time', () => {
  it('are the integral of a ramp, which goes on at its end', () => {
    const ramp: Pace = { shape: 'ramp', fromPps: 10_000, toPps: 1_000_000, overNs: 60e9 }
    expect(packetsBy(ramp, 30e9)).toBeCloseTo(7_725_000, 3)
    expect(packetsBy(ramp, 60e9)).toBeCloseTo(30_300_000, 3)
    expect(packetsBy(ramp, 70e9)).toBeCloseTo(40_300_000, 3)
  })

  it('and the time for so many are inverse', () => {
    fc.assert(
      fc.property(anyPace, fc.integer({ min: 1, max: 1e9 }), (pace, packets) => {
        const ns = nsFor(pace, packets)
        expect(packetsBy(pace, ns) / packets).toBeCloseTo(1, 6)
      }),
    )
  })
})

describe('the packets of a stream', () => {
  const ramp: Load = {
    kind: 'ramp',
    from: { kind: 'pps', pps: 0 },
    to: { kind: 'pps', pps: 1000 },
    overNs: 2e9,
  }
  it.each([
    ['rate x duration', planned(0, pps(1000)), 2.5e9, 2500],
    ['rounded', planned(0, pps(3)), 0.5e9, 2],
    ['no more than the count', planned(0, pps(1000), { count: 10 }), 2.5e9, 10],
    ['of its own time', planned(0, pps(1000), { forNs: 1e9 }), 2.5e9, 1000],
    ['of its own time without a duration', planned(0, pps(1000), { forNs: 1e9 }), null, 1000],
    ['of what is left of the run', planned(0, pps(1000), { startNs: 2e9, forNs: 1e9 }), 2.5e9, 500],
    ['none after the run', planned(0, { kind: 'line' }, { startNs: 3e9 }), 2.5e9, 0],
    ['unknown without an end', planned(0, pps(1000)), null, null],
    ['unknown at line rate', planned(0, { kind: 'line' }), 2.5e9, null],
    ['unknown after others', planned(0, pps(1000), { after: [1] }), 2.5e9, null],
    ['of its own time after others', planned(0, pps(1000), { after: [1], forNs: 1e9 }), 2.5e9, 1000],
    ['chance', planned(0, { kind: 'poisson', rate: { kind: 'pps', pps: 5 } }), 2.5e9, null],
    ['the integral of a ramp', planned(0, ramp), 3e9, 2000],
    ['whole bursts or not', planned(0, { kind: 'burst', frames: 64, everyNs: 1e6 }), 10.5e6, 672],
  ])('%s', (_, stream, durationNs, packets) => {
    expect(packetLimit([stream], { durationNs, linkBps: null })).toBe(packets)
  })

  it('are asked for in a window', () => {
    expect(windowNs(planned(0, pps(1), { startNs: 5, forNs: 20 }), 10)).toBe(5)
    expect(windowNs(planned(0, pps(1), { startNs: 5, after: [1] }), 10)).toBeNull()
  })
})
