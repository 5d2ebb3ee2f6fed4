import type { MatchRule } from '../plan.js'
import { trim } from '../rules.js'
import type { Cut } from './cuts.js'
import type { Seam } from './seam.js'

/**
 * How a receiver knows fragments without a signature: by what identifies their flow (`rule` is the datagram's), as far
 * as it is in them, by their length and their place in the datagram. What agrees in all of these looks alike.
 */
export function fragmentRule(frame: Uint8Array, rule: MatchRule, seam: Seam, cut: Cut): MatchRule {
  const mask = new Uint8Array(frame.length)
  const value = new Uint8Array(frame.length)
  for (const [i, bits] of rule.mask.entries()) {
    const at = rule.offset + i
    const inside = at < seam.head ? at : at < seam.head + cut.from ? -1 : at - cut.from
    if (inside < 0 || inside >= frame.length) continue
    mask[inside] = bits
    value[inside] = rule.value[i]!
  }
  for (const [at, bits] of placeBits(seam)) {
    mask[at] = bits
    value[at] = frame[at]! & bits
  }
  return trim(mask, value)
}

/** The length of the packet, the offset and `more`; not `do not fragment` nor what is reserved. */
function placeBits({ version, ip, place }: Seam): [at: number, bits: number][] {
  const length = version === 4 ? ip + 2 : ip + 4
  const [high, low] = version === 4 ? [0x3f, 0xff] : [0xff, 0xf9]
  const lengthBits: [number, number][] = [
    [length, 0xff],
    [length + 1, 0xff],
  ]
  if (place === null) return lengthBits
  return [...lengthBits, [place, high], [place + 1, low]]
}
