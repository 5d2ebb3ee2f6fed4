import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readBits } from '../bits.js'
import { keyValue, readKey, wordsFor } from './key.js'
import { summarise } from './summary.js'
import { Tally } from './tally.js'

const counted = (tally: Tally) =>
  new Map([...tally.entries()].map(({ key, count }) => [keyValue(key), count] as const))

const keyOf = (value: bigint, words: number) =>
  Uint32Array.from({ length: words }, (_, i) => Number((value >> BigInt(32 * (words - 1 - i))) & 0xffffffffn))

describe('a tally', () => {
  it('counts as a map does', () => {
    const values = fc.array(fc.oneof(fc.bigInt(0n, 40n), fc.bigInt(0n, (1n << 96n) - 1n)), { maxLength: 600 })
    fc.assert(
      fc.property(values, values, (some, more) => {
        const [tally, other, known] = [new Tally(3), new Tally(3), new Map<bigint, number>()]
        for (const value of some) tally.add(keyOf(value, 3))
        for (const value of more) other.add(keyOf(value, 3), 2)
        tally.addAll(other)
        for (const value of some) known.set(value, (known.get(value) ?? 0) + 1)
        for (const value of more) known.set(value, (known.get(value) ?? 0) + 2)
        expect(counted(tally)).toEqual(known)
        expect(tally.size).toBe(known.size)
      }),
    )
  })

  it('says that it is full instead of taking more memory, and goes on with what it knows', () => {
    const tally = new Tally(1, 2048)
    for (let i = 0; i < 1000; i++) tally.add(Uint32Array.of(i))
    expect(tally.bytes).toBeLessThanOrEqual(2048)
    expect(tally.size + tally.overflow).toBe(1000)
    tally.add(Uint32Array.of(0))
    expect(counted(tally).get(0n)).toBe(2)
    expect(summarise(tally, 1, 4)).toMatchObject({ exact: false, top: [{ value: 0n, count: 2 }] })
  })
})

it('a key is the value of the bits, wherever they lie', () => {
  const bytes = fc.uint8Array({ minLength: 24, maxLength: 24 })
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 0, max: 63 }),
      fc.integer({ min: 1, max: 128 }),
      (frame, bitOffset, bits) => {
        const key = new Uint32Array(wordsFor(bits))
        readKey(frame, { bitOffset, bits }, key)
        expect(keyValue(key)).toBe(readBits(frame, { bitOffset, bits }))
      },
    ),
  )
})

describe('a summary', () => {
  const of = (values: readonly bigint[], words = 1) => {
    const tally = new Tally(words)
    for (const value of values) tally.add(keyOf(value, words))
    return summarise(tally, 2, 4)
  }

  it('has the ends, the most frequent values, and equal parts of the range', () => {
    expect(of([7n, 1n, 3n, 3n, 8n, 8n, 9n])).toEqual({
      distinct: 5,
      exact: true,
      min: 1n,
      max: 9n,
      each: null,
      top: [
        { value: 3n, count: 2 },
        { value: 8n, count: 2 },
      ],
      histogram: [
        { low: 1n, high: 3n, count: 3 },
        { low: 4n, high: 5n, count: 0 },
        { low: 6n, high: 7n, count: 1 },
        { low: 8n, high: 9n, count: 3 },
      ],
    })
  })

  it('puts every value into the part that has it, however wide they are', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt(0n, (1n << 128n) - 1n), { minLength: 1 }), values => {
        const { histogram } = of(values, 4)!
        for (const { low, high, count } of histogram)
          expect(values.filter(value => value >= low && value <= high)).toHaveLength(count)
      }),
    )
  })

  it('of nothing is nothing', () => expect(of([])).toBeNull())
})
