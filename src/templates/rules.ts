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

const byteAt = ({ offset, mask, value }: MatchRule, at: number) => ({
  mask: mask[at - offset] ?? 0,
  value: value[at - offset] ?? 0,
})
