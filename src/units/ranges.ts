/** Sets of numbers as lists of inclusive ranges, which keep the order in which they were written. */
export interface Range {
  low: bigint
  high: bigint
}

export const countOf = (ranges: readonly Range[]): bigint =>
  ranges.reduce((sum, { low, high }) => sum + high - low + 1n, 0n)

/** Each value once, where it first stands; ranges that follow on each other become one. */
export function union(ranges: readonly Range[]): Range[] {
  const seen: Range[] = []
  const parts = ranges.flatMap(range => {
    const fresh = subtract([range], seen)
    seen.push(range)
    return fresh
  })
  return joined(parts)
}

/** `ranges` without what lies in `holes`. */
export function subtract(ranges: readonly Range[], holes: readonly Range[]): Range[] {
  return holes
    .reduce<readonly Range[]>((left, hole) => left.flatMap(range => cut(range, hole)), ranges)
    .slice()
}

function cut(range: Range, hole: Range): Range[] {
  if (hole.high < range.low || hole.low > range.high) return [range]
  return [
    ...(range.low < hole.low ? [{ low: range.low, high: hole.low - 1n }] : []),
    ...(hole.high < range.high ? [{ low: hole.high + 1n, high: range.high }] : []),
  ]
}

function joined(ranges: readonly Range[]): Range[] {
  const result: Range[] = []
  for (const { low, high } of ranges) {
    const last = result.at(-1)
    if (last && last.high + 1n === low) last.high = high
    else result.push({ low, high })
  }
  return result
}

export const lowest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a - b > 0n ? b : a))
export const highest = (values: readonly bigint[]): bigint => values.reduce((a, b) => (b - a > 0n ? b : a))

/** The smallest range around them. */
export const hull = (ranges: readonly Range[]): Range => ({
  low: lowest(ranges.map(({ low }) => low)),
  high: highest(ranges.map(({ high }) => high)),
})
