import type { Linked, ValueSet } from '../profile/model.js'
import type { Range } from '../units/ranges.js'
import { ones } from './bits.js'
import { splitMix64 } from './key.js'
import type { Part } from './parts.js'
import type { FieldProgram, Hash, Segment } from './plan.js'
import { rangesOf, tableOf } from './sets.js'

export type Lookup = Pick<FieldProgram, 'values' | 'scale' | 'low' | 'segments' | 'hash' | 'high'>
type Affine = Pick<Linked, 'times' | 'plus'>
/** What the digits stand for. */
type Meaning = ValueSet | { values: readonly bigint[] }

/** Steps 3 and 4 of a field program: from the number of a value in its set to what the part holds. */
export function lookup(part: Part, meaning: Meaning, { times, plus }: Affine, hash: Hash | null): Lookup {
  const table = 'values' in meaning ? meaning.values : tableOf(meaning)
  if (table) {
    const hold = (value: bigint) => (part.high ? value >> 64n : value) & ones(part.bits)
    const values = table.map(value => hold(wide(hash ? hashed(hash, value) : value * times + plus)))
    return { values, scale: 1n, low: 0n, segments: [], hash: null, high: false }
  }
  // Bits beyond 64 matter to an upper part, and to a hash, which knows the value itself.
  const wrap = part.high || hash ? wide : (value: bigint) => BigInt.asUintN(64, value)
  const [scale, base] = hash ? [1n, 0n] : [times, plus]
  const ranges = rangesOf(meaning as ValueSet)
  const segments = ranges.length === 1 ? noSegments : segmentsOf(ranges, scale, base, wrap)
  const low = wrap(ranges[0]!.low * scale + base)
  return {
    values: [],
    scale: wrap(scale),
    low,
    segments,
    hash,
    high: part.high,
  }
}

const noSegments: readonly Segment[] = []

/** y stands for range.low + (y - from), which is y + (range.low - from). */
function segmentsOf(
  ranges: readonly Range[],
  scale: bigint,
  base: bigint,
  wrap: (value: bigint) => bigint,
): Segment[] {
  let from = 0n
  return ranges.map(({ low, high }) => {
    const segment = { from, low: wrap((low - from) * scale + base) }
    from += high - low + 1n
    return segment
  })
}

function hashed({ key, size, scale, low }: Hash, value: bigint): bigint {
  const inner = splitMix64(key + (value & ones(64)))
  return ((splitMix64(inner + (value >> 64n)) * size) >> 64n) * scale + low
}

const wide = (value: bigint): bigint => BigInt.asUintN(128, value)
