/**
 * Where a series of runs changed: it is split into groups, each of values around one mean, so that groups and values
 * together take the fewest bits (minimum description length). The number of bits is that of CSIT's `jumpavg`, the
 * trending of FD.io's nightly runs (docs.fd.io/csit, methodology of trending): groups of one are allowed, so one run
 * that is off is an outlier and no new level.
 */

export interface Group {
  /** Index of its first value. */
  from: number
  size: number
  mean: number
  /** Of the group itself (population). */
  deviation: number
}

/** Twelve significant bits of the highest value: what is finer is noise of the clock. */
const STEPS = 2 ** 13 - 1

interface Open {
  bits: number
  /** Without the last group, which still grows. */
  closed: readonly Group[]
  last: readonly number[]
}

/** Of values that are 0 or more, in their order. */
export function groupsOf(values: readonly number[]): Group[] {
  if (values.length === 0) return []
  const unit = Math.max(...values, Number.MIN_VALUE) / STEPS
  // Of each place where the last group may have begun, the best that can come before it.
  let open: Open[] = []
  let best: { bits: number; groups: Group[] } = { bits: 0, groups: [] }
  for (const [i, value] of values.entries()) {
    open = [...open, { bits: best.bits, closed: best.groups, last: [] }].map(one => ({
      ...one,
      last: [...one.last, value],
    }))
    best = least(open.map(one => ended(one, i, unit)))
  }
  return best.groups
}

function ended({ bits, closed, last }: Open, i: number, unit: number): { bits: number; groups: Group[] } {
  const group = groupOf(last, i + 1 - last.length)
  const groups = [...closed, group]
  return { bits: bits + bitsOf(group, closed.at(-1) ?? null, unit), groups }
}

function least(ends: readonly { bits: number; groups: Group[] }[]): { bits: number; groups: Group[] } {
  return ends.reduce((best, end) => (end.bits < best.bits ? end : best))
}

function groupOf(values: readonly number[], from: number): Group {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { from, size: values.length, mean, deviation: Math.sqrt(squares / values.length) }
}

/** Length and mean of the group, then its values by their deviation; all in units. */
function bitsOf({ size, mean, deviation }: Group, before: Group | null, unit: number): number {
  const [a, s] = [mean / unit, deviation / unit]
  const length = Math.log2(size * (size + 1)) + meanBits(a, before && before.mean / unit)
  if (size < 2) return length
  const spread = Math.log2((s + 1) * (s + 2)) + Math.log2(1 - 1 / (STEPS + 2))
  const nats =
    Math.LN2 +
    ((size - 1) / 2) * Math.log(Math.PI) -
    logGammaOfHalf(size - 1) +
    (size - 2) * Math.log(s + 1) +
    ((size - 2) / 2) * Math.log(size)
  return length + spread + nats / Math.LN2
}

/** A new mean that is near the one before it is less likely to be new. */
function meanBits(a: number, p: number | null): number {
  if (p === null) return Math.log2(STEPS + 1)
  return -Math.log2((Math.abs(a - p) + 1) / (p ** 2 - (p - 1) * STEPS + STEPS ** 2 / 2))
}

/** ln of the gamma function at n/2, from gamma(1/2) = sqrt(pi) and gamma(1) = 1. */
function logGammaOfHalf(n: number): number {
  let log = n % 2 === 1 ? Math.log(Math.PI) / 2 : 0
  for (let x = n % 2 === 1 ? 0.5 : 1; x < n / 2; x++) log += Math.log(x)
  return log
}
