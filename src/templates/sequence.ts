interface Weighted {
  weight: number
}

/**
 * The exact repeating order of a size mix (RFC 6985) by smooth weighted round robin: each turn everybody gains its
 * weight, the richest goes and pays the total. After `total` turns each went `weight` times, and big ones are spread.
 */
export function smoothOrder(entries: readonly Weighted[]): number[] {
  const weights = Float64Array.from(entries, ({ weight }) => weight)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const credit = new Float64Array(weights.length)
  // Plain loops: thousands of entries and tens of thousands of turns are many steps.
  return Array.from({ length: total }, () => {
    let richest = 0
    for (let i = 0; i < weights.length; i++) {
      credit[i]! += weights[i]!
      if (credit[i]! > credit[richest]!) richest = i
    }
    credit[richest]! -= total
    return richest
  })
}

/** The same proportions in the fewest turns: 14:8:2 is 7:4:1. */
export function lowestTerms(weights: readonly number[]): number[] {
  const divisor = weights.reduce(gcd, 0)
  return weights.map(weight => weight / divisor)
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
