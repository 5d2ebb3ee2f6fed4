import { describe, expect, it } from 'vitest'
import { askedPps, meanFrameBytes, paceOf } from './pacing.js'
import { aStream } from './run.testing.js'

describe('frame sizes', () => {
  it('are averaged over one round of an IMIX, FCS included', () => {
    const templates = [60, 566, 1514].map(length => ({ bytes: new Uint8Array(length), checksums: [] }))
    const sequence = [0, 0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 1]
    expect(meanFrameBytes(aStream({ templates, sequence }))).toBeCloseTo((7 * 64 + 4 * 570 + 1518) / 12, 9)
  })
})

describe('line rate', () => {
  // Table of the methodology notes: 10 Gb/s, RFC 2544 frame sizes.
  it.each([
    [64, 14880952],
    [128, 8445945],
    [512, 2349624],
    [1518, 812743],
  ])('of %d-byte frames at 10 Gbps is %d', (frameBytes, pps) => {
    expect(Math.floor(askedPps({ kind: 'percent', percent: 100 }, frameBytes, 10e9)!)).toBe(pps)
    expect(Math.floor(askedPps({ kind: 'bps', bps: 10e9, layer: 1 }, frameBytes, null)!)).toBe(pps)
  })
})

describe('pace', () => {
  const run = { askedPps: 1000, count: null, sent: 10_000, seconds: 10, ownSeconds: null }
  it.each([
    ['on time', {}, 'met'],
    ['1 % short', { sent: 9_900 }, 'met'],
    ['2 % short', { sent: 9_800 }, 'missed'],
    ['stalled at half time', { sent: 5_000 }, 'missed'],
    ['ahead', { sent: 10_500 }, 'exceeded'],
    ['count reached early', { sent: 2_000, count: 2_000 }, 'met'],
    ['count reached, but slowly', { sent: 2_000, count: 2_000, ownSeconds: 4 }, 'missed'],
    ['a handful of packets', { askedPps: 10, seconds: 0.15, sent: 2 }, 'met'],
  ])('%s', (_, change, pace) => {
    expect(paceOf({ ...run, ...change })).toBe(pace)
  })
})
