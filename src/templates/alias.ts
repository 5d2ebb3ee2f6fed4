import type { Column } from './plan.js'

const one = 1n << 64n

/** What a column yields, and how much it weighs. */
export interface Outcome {
  weight: bigint
  first: bigint
  count: bigint
  falling: boolean
}

/**
 * The alias table of Walker (1977) by the method of Vose (1991), in exact arithmetic: a column keeps its own share of
 * 1/n, and another gives it the rest. What rounds is the threshold, by less than 2^-64.
 */
export function aliasTable(outcomes: readonly Outcome[]): Column[] {
  const total = outcomes.reduce((sum, { weight }) => sum + weight, 0n)
  const shares = outcomes.map(({ weight }) => weight * BigInt(outcomes.length))
  // A full column is its own other, whatever the fraction.
  const columns = outcomes.map(({ weight: _, ...run }, i): Column => ({ threshold: 0n, other: i, ...run }))
  const small = indices(shares, share => share < total)
  const large = indices(shares, share => share >= total)
  while (small.length > 0 && large.length > 0) {
    const [poor, rich] = [small.pop()!, large.at(-1)!]
    Object.assign(columns[poor]!, { threshold: (shares[poor]! * one) / total, other: rich })
    shares[rich]! -= total - shares[poor]!
    if (shares[rich]! < total) small.push(large.pop()!)
  }
  return columns
}

const indices = (shares: readonly bigint[], holds: (share: bigint) => boolean): number[] =>
  shares.flatMap((share, i) => (holds(share) ? [i] : []))

/** One value a column. */
export const single = (weight: bigint, first: bigint): Outcome => ({
  weight,
  first,
  count: 1n,
  falling: false,
})
