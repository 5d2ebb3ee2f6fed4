import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatRate, parseRate, type Rate, ratePattern } from './rate.js'

const positive = fc.double({ min: 1e-3, max: 1e13, noNaN: true, noDefaultInfinity: true })
const rates: fc.Arbitrary<Rate> = fc.oneof(
  fc.constant<Rate>({ kind: 'line' }),
  positive.map((pps): Rate => ({ kind: 'pps', pps })),
  fc
    .tuple(positive, fc.constantFrom(1, 2))
    .map(([bps, layer]): Rate => ({ kind: 'bps', bps, layer: layer as 1 | 2 })),
  fc.double({ min: 1e-3, max: 100, noNaN: true }).map((percent): Rate => ({ kind: 'percent', percent })),
)

describe('rate', () => {
  it('comes back from its own text', () => {
    fc.assert(
      fc.property(rates, rate => void expect(parseRate(formatRate(rate))).toEqual({ ok: true, value: rate })),
    )
  })

  it('writes text that the JSON Schema accepts', () => {
    fc.assert(fc.property(rates, rate => void expect(formatRate(rate)).toMatch(new RegExp(ratePattern))))
  })

  it.each<[string, Rate]>([
    ['line', { kind: 'line' }],
    ['14.88Mpps', { kind: 'pps', pps: 14_880_000 }],
    ['10kpps', { kind: 'pps', pps: 10_000 }],
    ['10Kpps', { kind: 'pps', pps: 10_000 }],
    ['10Gbps', { kind: 'bps', bps: 1e10, layer: 1 }],
    ['10Gbps-l2', { kind: 'bps', bps: 1e10, layer: 2 }],
    ['95%', { kind: 'percent', percent: 95 }],
  ])('reads %s', (text, value) => expect(parseRate(text)).toEqual({ ok: true, value }))

  it.each([
    ['10GB/s', 'bad-unit', '80Gbps'],
    ['10GBps', 'bad-unit', '80Gbps'],
    ['10mbps', 'bad-unit', '`10Mbps`'],
    ['10Gb/s', 'bad-unit', '`10Gbps`'],
    ['10Gbit/s', 'bad-unit', '`10Gbps`'],
    ['5mpps', 'bad-unit', '`5Mpps`'],
    ['10G', 'bad-unit', '`10Gbps` or `10Gpps`'],
    ['1000', 'bad-unit', '`1000pps`'],
    ['max', 'bad-value', '`line`'],
    ['fast', 'bad-value', '14.88Mpps'],
    ['120%', 'out-of-range', 'at most 100%'],
    ['0pps', 'out-of-range', 'leave the stream out'],
    ['10Gpps-l2', 'bad-unit', '10Gbps'],
  ])('refuses %s as %s', (text, code, hint) => {
    expect(parseRate(text)).toMatchObject({ ok: false, code, hint: expect.stringContaining(hint) })
  })
})
