/**
 * The exact two-sample rank statistics of Mann and Whitney (Ann. Math. Stat. 18, 1947) and the shift estimator that
 * belongs to them (Hodges and Lehmann, Ann. Math. Stat. 34, 1963). Nothing is assumed of how samples are distributed:
 * rates have dips, latencies have tails.
 */

export interface Interval {
  estimate: number
  low: number
  high: number
}

const known = new Map<string, Float64Array>()

/** P(U = u) for u = 0..n*m of two samples of `n` and `m` values that come from one distribution. */
export function distribution(n: number, m: number): Float64Array {
  const name = `${n} ${m}`
  const found = known.get(name) ?? computed(n, m)
  known.set(name, found)
  return found
}

function computed(n: number, m: number): Float64Array {
  // By the last value in order: one of the first sample is above all m of the second, one of the second above none.
  let row: Float64Array[] = Array.from({ length: m + 1 }, () => Float64Array.of(1))
  for (let i = 1; i <= n; i++) {
    const next: Float64Array[] = [Float64Array.of(1)]
    for (let j = 1; j <= m; j++) next.push(joined(row[j]!, next[j - 1]!, i, j))
    row = next
  }
  return row[m]!
}

function joined(fewer: Float64Array, shorter: Float64Array, i: number, j: number): Float64Array {
  const all = new Float64Array(i * j + 1)
  for (let u = 0; u < fewer.length; u++) all[u + j]! += (fewer[u]! * i) / (i + j)
  for (let u = 0; u < shorter.length; u++) all[u]! += (shorter[u]! * j) / (i + j)
  return all
}

/** The rank k from either end of the n*m differences that bounds an interval: the largest with P(U < k) <= `tail`. 0: too few samples. */
export function intervalRank(n: number, m: number, tail: number): number {
  const probabilities = distribution(n, m)
  let below = 0
  for (let k = 0; k < probabilities.length; k++) {
    below += probabilities[k]!
    // 0.05 as a sum of many small numbers is not quite 0.05.
    if (below > tail * (1 + 1e-9)) return k
  }
  return probabilities.length - 1
}

/** All differences current - base, ascending. */
export function differences(base: readonly number[], current: readonly number[]): number[] {
  return current.flatMap(c => base.map(b => c - b)).sort((x, y) => x - y)
}

/** Median of all differences, and the interval that misses the true shift with a probability of `tail` on either side. null: too few samples. */
export function shift(base: readonly number[], current: readonly number[], tail: number): Interval | null {
  const k = intervalRank(base.length, current.length, tail)
  if (k === 0) return null
  const sorted = differences(base, current)
  return { estimate: median(sorted), low: sorted[k - 1]!, high: sorted[sorted.length - k]! }
}

/** The same for the ratio current / base, of positive values. */
export function ratio(base: readonly number[], current: readonly number[], tail: number): Interval | null {
  const found = shift(base.map(Math.log), current.map(Math.log), tail)
  return found && { estimate: Math.exp(found.estimate), low: Math.exp(found.low), high: Math.exp(found.high) }
}

/** One-sided: how likely the samples would lie as far apart as they do, or farther, if nothing had changed. Ties count as agreement. */
export function pValue(base: readonly number[], current: readonly number[]): number {
  const sorted = differences(base, current)
  const ties = sorted.filter(d => d === 0).length
  const negative = sorted.filter(d => d < 0).length
  const u = Math.min(negative, sorted.length - ties - negative) + ties
  return Math.min(
    1,
    distribution(base.length, current.length)
      .subarray(0, u + 1)
      .reduce((p, q) => p + q, 0),
  )
}

/** Of values in ascending order. */
export function median(sorted: readonly number[]): number {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Spread over mean; 0 of a single value. */
export function variation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return mean === 0 ? 0 : Math.sqrt(squares / (values.length - 1)) / Math.abs(mean)
}
