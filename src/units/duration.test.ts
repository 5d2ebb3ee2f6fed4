import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationPattern, formatDuration, parseDuration } from './duration.js'

const durations = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(10_000).map(s => s * 1e9),
)

describe('duration', () => {
  it('comes back from its own text', () => {
    fc.assert(
      fc.property(
        durations,
        ns => void expect(parseDuration(formatDuration(ns))).toEqual({ ok: true, value: ns }),
      ),
    )
    fc.assert(
      fc.property(durations, ns => void expect(formatDuration(ns)).toMatch(new RegExp(durationPattern))),
    )
  })

  it.each([
    ['250us', 250_000],
    ['250µs', 250_000],
    ['30s', 30e9],
    ['5m', 300e9],
    ['1.5h', 5400e9],
    ['0.1s', 100_000_000],
  ])('reads %s', (text, value) => expect(parseDuration(text)).toEqual({ ok: true, value }))

  it.each([
    [90e9, '90s'],
    [120e9, '2m'],
    [7200e9, '2h'],
    [1500, '1.5us'],
  ])('writes %d ns as %s', (ns, text) => expect(formatDuration(ns)).toBe(text))

  it.each([
    ['30', 'bad-unit', '`30s`'],
    ['5M', 'bad-unit', '`5m`'],
    ['5 seconds', 'bad-unit', '`5s`'],
    ['1m30s', 'bad-unit', '`90s`'],
    ['5Gbps', 'bad-unit', 'ns, us'],
    ['soon', 'bad-value', '30s'],
    ['9999999h', 'out-of-range', 'days'],
  ])('refuses %s as %s', (text, code, hint) => {
    expect(parseDuration(text)).toMatchObject({ ok: false, code, hint: expect.stringContaining(hint) })
  })

  it('refuses half a nanosecond', () =>
    expect(parseDuration('0.5ns')).toMatchObject({ ok: false, code: 'bad-value' }))
})
