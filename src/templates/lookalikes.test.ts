import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Lookalikes } from './lookalikes.js'
import { overlap, trim } from './rules.js'

/** Few bits, so that many agree. */
const bytes = fc.array(fc.constantFrom(0, 1, 2, 3, 0x80), { minLength: 4, maxLength: 4 })
const rule = fc.tuple(bytes, bytes).map(([mask, value]) =>
  trim(
    Uint8Array.from(mask),
    Uint8Array.from(value, (byte, i) => byte & mask[i]!),
  ),
)
const owners = fc.array(fc.array(rule, { maxLength: 3 }), { maxLength: 12 })

it('finds the first that shares a frame, as a comparison of each with each does', () => {
  fc.assert(
    fc.property(owners, given => {
      const seen = new Lookalikes()
      for (const [i, rules] of given.entries()) {
        const first = given.slice(0, i).findIndex(other => other.some(a => rules.some(b => overlap(a, b))))
        expect(seen.first(rules)).toBe(first < 0 ? undefined : first)
        seen.add(rules, i)
      }
    }),
  )
})
