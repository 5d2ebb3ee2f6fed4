import { aliasTable, type Outcome, single } from './alias.js'
import type { Column } from './plan.js'

/** Up to here every rank has a column of its own. */
const exact = 4096n
/** Above that, the first 2^10 ranks have one, and each further octave is cut into 64 runs. */
const headBits = 10n
const runsBits = 6n
/** What a probability of 1 weighs: 2^100 keeps 53 bits of the smallest that matters. */
const unit = 2 ** 100

/**
 * Zipf's law over ranks 1..size as an alias table. A run of ranks a..b has exactly its own mass, and inside of it the
 * probability falls in a straight line, where the law is convex: with b < 1.016 a, a rank is off by less than
 * exponent * (exponent + 1) / 8 * (b/a - 1)^2 of its probability, 7 in 100,000 for an exponent of 1.1, and the draw
 * needs neither a logarithm nor a rejection loop (Hoermann and Derflinger 1996), whose last bits differ by machine.
 */
export function zipfColumns(size: bigint, exponent: number): readonly Column[] {
  const name = `${size} ${exponent}`
  const columns = made.get(name) ?? columnsOf(size, exponent)
  if (made.size >= mostMade) made.clear()
  made.set(name, columns)
  return columns
}

/** Thousands of streams may draw alike, and a table takes a tenth of a second. */
const made = new Map<string, readonly Column[]>()
const mostMade = 32

function columnsOf(size: bigint, exponent: number): Column[] {
  const law = (rank: bigint) => Number(rank) ** -exponent
  const head = size <= exact ? size : 1n << headBits
  const masses: { mass: number; first: bigint; count: bigint; falling: boolean }[] = []
  for (let rank = 1n; rank <= head; rank++)
    masses.push({ mass: law(rank), first: rank - 1n, count: 1n, falling: false })
  for (const { first, count } of runs(head, size)) {
    const [a, b] = [law(first + 1n), law(first + count)]
    const mass = runMass(first + 1n, first + count, exponent)
    // The share of a line from a down to b that lies above its lower end: see Column.falling.
    const slope = count === 1n ? 0 : ((a - b) * Number(count) * Number(count)) / (2 * (Number(count) - 1))
    masses.push({ mass: mass - slope, first, count, falling: false })
    if (slope > 0) masses.push({ mass: slope, first, count, falling: true })
  }
  const total = masses.reduceRight((sum, { mass }) => sum + mass, 0)
  return aliasTable(
    masses.map(({ mass, ...run }): Outcome => ({ ...single(weigh(mass / total), 0n), ...run })),
  )
}

const weigh = (probability: number): bigint => BigInt(Math.max(0, Math.round(probability * unit)))

/** From `head` to `size`, counted from 0. */
function* runs(head: bigint, size: bigint): Generator<{ first: bigint; count: bigint }> {
  for (let first = head, width = head >> runsBits; first < size; ) {
    const count = first + width <= size ? width : size - first
    yield { first, count }
    first += count
    if (first >= (width << runsBits) * 2n) width *= 2n
  }
}

/** The sum of rank^-s for a..b; long ones by Euler and Maclaurin, whose next term is below 1e-13 of it here. */
function runMass(a: bigint, b: bigint, s: number): number {
  if (b - a < 64n) {
    let sum = 0
    for (let rank = b; rank >= a; rank--) sum += Number(rank) ** -s
    return sum
  }
  const [x, y] = [Number(a), Number(b)]
  const slopes = (s * (x ** (-s - 1) - y ** (-s - 1))) / 12
  return integral(x, y, s) + (x ** -s + y ** -s) / 2 + slopes
}

/** Of t^-s, without the cancellation near s = 1. */
function integral(x: number, y: number, s: number): number {
  const log = Math.log1p((y - x) / x)
  const t = (1 - s) * log
  return x ** (1 - s) * log * (t === 0 ? 1 : Math.expm1(t) / t)
}
