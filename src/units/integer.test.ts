import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maxOf, parseInteger } from './integer.js'

describe('integer', () => {
  it('is read in decimal and hexadecimal', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: maxOf(64) }), value => {
        expect(parseInteger(value.toString(), 64)).toEqual({ ok: true, value })
        expect(parseInteger(`0x${value.toString(16)}`, 64)).toEqual({ ok: true, value })
      }),
    )
  })

  it('has to fit', () => {
    expect(parseInteger('65536', 16)).toMatchObject({ code: 'out-of-range', hint: '0 to 65535' })
    expect(parseInteger('-1', 16)).toMatchObject({ code: 'bad-value' })
    expect(parseInteger('1.5', 16)).toMatchObject({ code: 'bad-value' })
  })
})
