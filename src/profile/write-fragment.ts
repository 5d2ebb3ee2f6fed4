import type { FragmentSpec, Weighted } from './model.js'

/** A FragmentSpec → what it could have been read from. */
export const fragmentDocument = ({ mtu, order, fault, interleave }: FragmentSpec) => ({
  mtu: choice(mtu),
  order: choice(order),
  fault: choice(fault),
  interleave,
})

function choice<T extends string | number>(entries: Weighted<T>): unknown {
  if (entries.length === 1) return entries[0]!.value
  return { weighted: Object.fromEntries(entries.map(({ value, weight }) => [String(value), weight])) }
}
