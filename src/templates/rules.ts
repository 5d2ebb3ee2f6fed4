import type { MatchRule } from './plan.js'

/** Can one and the same frame match both? */
export function overlap(a: MatchRule | null, b: MatchRule | null): boolean {
  if (!a || !b) return false
  const end = Math.max(a.offset + a.mask.length, b.offset + b.mask.length)
  for (let i = 0; i < end; i++) {
    const [x, y] = [byteAt(a, i), byteAt(b, i)]
    if ((x.value ^ y.value) & x.mask & y.mask) return false
  }
  return true
}

/** Does the rule ask for these bits, and for the same? */
function holds(rule: MatchRule, at: number, mask: number, value: number): boolean {
  const byte = byteAt(rule, at)
  return (mask & ~byte.mask) === 0 && (mask & (value ^ byte.value)) === 0
}

const byteAt = ({ offset, mask, value }: MatchRule, at: number) => ({
  mask: mask[at - offset] ?? 0,
  value: value[at - offset] ?? 0,
})

/** What two rules both say; nothing at all where one of them is missing. */
export function commonRule(a: MatchRule | null, b: MatchRule | null): MatchRule | null {
  if (!a || !b) return null
  if (a.mask.every((mask, i) => holds(b, a.offset + i, mask, a.value[i]!))) return a
  const end = Math.max(a.offset + a.mask.length, b.offset + b.mask.length)
  const pairs = Array.from({ length: end }, (_, at) => [byteAt(a, at), byteAt(b, at)] as const)
  const mask = Uint8Array.from(pairs, ([x, y]) => x.mask & y.mask & ~(x.value ^ y.value))
  return trim(
    mask,
    Uint8Array.from(pairs, ([x], at) => x.value & mask[at]!),
  )
}

/** Without the bytes at its ends that say nothing. */
export function trim(mask: Uint8Array, value: Uint8Array): MatchRule {
  const offset = Math.max(
    0,
    mask.findIndex(byte => byte !== 0),
  )
  const end = mask.findLastIndex(byte => byte !== 0) + 1
  return { offset, mask: mask.slice(offset, end), value: value.slice(offset, end) }
}
