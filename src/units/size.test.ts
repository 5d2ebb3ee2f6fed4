import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSize, parseSize, sizePattern } from './size.js'

const sizes = fc.maxSafeNat()

describe('size', () => {
  it('comes back from its own text', () => {
    fc.assert(
      fc.property(
        sizes,
        bytes => void expect(parseSize(formatSize(bytes))).toEqual({ ok: true, value: bytes }),
      ),
    )
    fc.assert(fc.property(sizes, bytes => void expect(formatSize(bytes)).toMatch(new RegExp(sizePattern))))
  })

  it.each([
    ['64B', 64],
    ['1.5kB', 1500],
    ['9000', 9000],
    ['2KB', 2000],
    ['1.5TB', 1_500_000_000_000],
  ])('reads %s', (text, value) => expect(parseSize(text)).toEqual({ ok: true, value }))

  it.each([
    ['64b', 'bad-unit', '`64B`'],
    ['1Kb', 'bad-unit', '`1KB`'],
    ['2KiB', 'bad-unit', 'decimal'],
    ['64 bytes', 'bad-unit', '`64B`'],
    ['64us', 'bad-unit', '64B'],
    ['small', 'bad-value', '64B'],
  ])('refuses %s as %s', (text, code, hint) => {
    expect(parseSize(text)).toMatchObject({ ok: false, code, hint: expect.stringContaining(hint) })
  })

  it('refuses half a byte', () => expect(parseSize('1.5B')).toMatchObject({ ok: false, code: 'bad-value' }))
})
