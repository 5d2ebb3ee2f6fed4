import type { MatchRule } from './plan.js'

/** Rules that look at the same bits. */
interface Kind {
  mask: bigint
  rules: { value: bigint; owner: number }[]
  /** The first owner of each value, in those bits that another kind looks at as well. */
  views: Map<bigint, View>
}

/** By the digits of the value: the engine's hash of a bigint sees its last 64 bits alone. */
type View = Map<string, number>

/**
 * Who has a rule that can match one and the same frame as another: two rules can where they agree on the bits that both
 * look at. Thousands of streams look at the same bits, so that a kind is asked for a value instead of each of its rules.
 */
export class Lookalikes {
  readonly #kinds = new Map<bigint, Kind>()

  /** The first of those added. */
  first(rules: readonly MatchRule[]): number | undefined {
    let first: number | undefined
    for (const { mask, value } of rules.map(wide))
      for (const kind of this.#kinds.values()) {
        const owner = viewOf(kind, mask & kind.mask).get(digits(value & kind.mask))
        if (owner !== undefined && !(first !== undefined && first <= owner)) first = owner
      }
    return first
  }

  /** Owners are added in the order of their numbers. */
  add(rules: readonly MatchRule[], owner: number): void {
    for (const { mask, value } of rules.map(wide)) {
      const kind = this.#kinds.get(mask) ?? newKind(mask)
      this.#kinds.set(mask, kind)
      kind.rules.push({ value, owner })
      for (const [common, view] of kind.views) keepFirst(view, value & common, owner)
    }
  }
}

const newKind = (mask: bigint): Kind => ({ mask, rules: [], views: new Map() })

function viewOf({ rules, views }: Kind, common: bigint): View {
  const known = views.get(common)
  if (known) return known
  const view: View = new Map()
  for (const { value, owner } of rules) keepFirst(view, value & common, owner)
  views.set(common, view)
  return view
}

function keepFirst(view: View, value: bigint, owner: number): void {
  const key = digits(value)
  if (!view.has(key)) view.set(key, owner)
}

const digits = (value: bigint): string => value.toString(16)

/** As numbers, in which byte i of the frame has the weight of 256^i: rules begin at different bytes. */
const wide = ({ offset, mask, value }: MatchRule) => ({
  mask: weighed(offset, mask),
  value: weighed(
    offset,
    mask.map((bits, i) => bits & value[i]!),
  ),
})

const weighed = (offset: number, bytes: Uint8Array): bigint =>
  BigInt(`0x0${Buffer.from(bytes).reverse().toString('hex')}`) << BigInt(8 * offset)
