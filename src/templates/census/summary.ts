/** What is told of a field: how many values, from where to where, which ones most often, and how they are spread. */
import { compareKeys, keyValue } from './key.js'
import type { Tally } from './tally.js'

export interface Counted {
  value: bigint
  count: number
}

export interface Bucket {
  low: bigint
  high: bigint
  count: number
}

export interface Summary {
  distinct: number
  /** False: there was no memory for more. */
  exact: boolean
  min: bigint
  max: bigint
  /** All values occur equally often, so many times. */
  each: number | null
  /** The most frequent first; of equals, the smallest. */
  top: readonly Counted[]
  /** Equal parts of min..max. */
  histogram: readonly Bucket[]
}

/** null: nothing was counted. */
export function summarise(tally: Tally, top: number, buckets: number): Summary | null {
  if (tally.size === 0) return null
  const { min, max, fewest, most } = extremes(tally)
  const [low, high] = [keyValue(min), keyValue(max)]
  return {
    distinct: tally.size,
    exact: tally.overflow === 0,
    min: low,
    max: high,
    each: fewest === most ? most : null,
    top: topOf(tally, top),
    histogram: histogramOf(tally, low, high, buckets),
  }
}

function extremes(tally: Tally) {
  let min: Uint32Array | undefined
  let max: Uint32Array | undefined
  let [fewest, most] = [Number.POSITIVE_INFINITY, 0]
  for (const { key, count } of tally.entries()) {
    if (!min || compareKeys(key, min) < 0) min = key.slice()
    if (!max || compareKeys(key, max) > 0) max = key.slice()
    fewest = Math.min(fewest, count)
    most = Math.max(most, count)
  }
  return { min: min!, max: max!, fewest, most }
}

function topOf(tally: Tally, length: number): Counted[] {
  const top: { key: Uint32Array; count: number }[] = []
  const isBefore = (a: { key: Uint32Array; count: number }, b: { key: Uint32Array; count: number }) =>
    a.count > b.count || (a.count === b.count && compareKeys(a.key, b.key) < 0)
  for (const entry of tally.entries()) {
    if (top.length === length && !isBefore(entry, top.at(-1)!)) continue
    const place = top.findIndex(other => isBefore(entry, other))
    top.splice(place < 0 ? top.length : place, 0, { key: entry.key.slice(), count: entry.count })
    top.length = Math.min(top.length, length)
  }
  return top.map(({ key, count }) => ({ value: keyValue(key), count }))
}

function histogramOf(tally: Tally, min: bigint, max: bigint, most: number): Bucket[] {
  if (most === 0) return []
  const range = max - min + 1n
  const length = range < BigInt(most) ? Number(range) : most
  const counts = Array.from({ length }, () => 0)
  // Products of numbers below 2^48 and few buckets are exact.
  const isSmall = max < 1n << 48n
  const [first, width] = [Number(min), Number(range)]
  for (const { key, count } of tally.entries()) {
    const index = isSmall
      ? Math.floor(((numberOf(key) - first) * length) / width)
      : Number(((keyValue(key) - min) * BigInt(length)) / range)
    counts[index]! += count
  }
  const start = (i: number) => min + (BigInt(i) * range + BigInt(length) - 1n) / BigInt(length)
  return counts.map((count, i) => ({ low: start(i), high: start(i + 1) - 1n, count }))
}

const numberOf = (key: Uint32Array): number => key.reduce((value, word) => value * 2 ** 32 + word, 0)
