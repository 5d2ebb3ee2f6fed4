import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countPattern, formatCount, parseCount } from './count.js'

describe('count', () => {
  it('comes back from its own text', () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat(),
        n => void expect(parseCount(formatCount(n))).toEqual({ ok: true, value: n }),
      ),
    )
    fc.assert(
      fc.property(fc.maxSafeNat(), n => void expect(formatCount(n)).toMatch(new RegExp(countPattern))),
    )
  })

  it.each([
    ['1M', 1_000_000],
    ['1.5k', 1500],
    ['1_000_000', 1_000_000],
    ['1000000', 1_000_000],
  ])('reads %s', (text, value) => expect(parseCount(text)).toEqual({ ok: true, value }))

  it.each([
    ['1m', 'bad-unit', '`1M`'],
    ['5 packets', 'bad-unit', '1M'],
    ['many', 'bad-value', '1M'],
    ['99999T', 'out-of-range', '2^53'],
  ])('refuses %s as %s', (text, code, hint) => {
    expect(parseCount(text)).toMatchObject({ ok: false, code, hint: expect.stringContaining(hint) })
  })

  it('refuses half a packet', () => expect(parseCount('0.5')).toMatchObject({ ok: false, code: 'bad-value' }))
})
