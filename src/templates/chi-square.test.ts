import { describe, expect, it } from 'vitest'
import type { FrameSpec, ValueSpec } from '../profile/model.js'
import { builtCore, renderNative } from './native.testing.js'
import type { Column } from './plan.js'
import { layer, planFor, stream } from './profile.testing.js'
import { renderPacket } from './render.testing.js'
import { zipfColumns } from './zipf.js'

const core = builtCore()
const packets = 400_000

/** How often each source port comes, by the native core where there is one. */
function countsOf(src: ValueSpec): number[] {
  const plan = planFor(stream({ layers: [layer('ethernet'), layer('ipv4'), layer('udp', { src })] }))
  const frames = core
    ? renderNative(core, plan, 0, { count: packets })
    : Array.from({ length: packets / 20 }, (_, i) => Buffer.from(renderPacket(plan, 0, BigInt(i))))
  const counts = Array<number>(65_536).fill(0)
  for (const frame of frames) counts[frame.readUInt16BE(34)]!++
  return counts
}

/** Of the statistic, (X - df) / sqrt(2 df): beyond 4.5 once in about 300,000 honest generators. */
function excess(counts: readonly number[], probabilities: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const cells: [seen: number, wanted: number][] = []
  let rest: [number, number] = [0, 0]
  // Cells of less than 5 expected are put together, as the test wants them.
  for (const [i, probability] of probabilities.entries()) {
    rest = [rest[0] + counts[i]!, rest[1] + probability * total]
    if (rest[1] < 5) continue
    cells.push(rest)
    rest = [0, 0]
  }
  const statistic = cells.reduce((sum, [seen, wanted]) => sum + (seen - wanted) ** 2 / wanted, 0)
  const freedom = cells.length - 1
  return (statistic - freedom) / Math.sqrt(2 * freedom)
}

const fair = (weights: readonly number[]): number[] => {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map(weight => weight / total)
}

describe('the test of all this', () => {
  it('tells a generator that never sets bit 15, that prefers some, or that misses an end', () => {
    const fair16 = Array<number>(65_536).fill(1 / 65_536)
    const seen = countsOf({ kind: 'random', low: 0n, high: 65_535n, every: 1n })
    const changed = (how: (count: number, value: number) => number) => excess(seen.map(how), fair16)
    expect(changed(count => count)).toBeLessThan(4.5)
    expect(changed((count, value) => (value & 0x8000 ? 0 : count + seen[value | 0x8000]!))).toBeGreaterThan(
      100,
    )
    expect(changed((count, value) => count + (value % 10 === 0 ? 4 : 0))).toBeGreaterThan(4.5)
    expect(changed((count, value) => (value > 65_000 ? 0 : count))).toBeGreaterThan(4.5)
  })
})

describe('what is drawn is drawn as often as it should be', () => {
  it('by weight', () => {
    const weights = [5, 1, 0, 30, 7, 100, 2]
    const values = weights.map((_, i) => BigInt(i))
    const counts = countsOf({ kind: 'weighted', values, weights: weights.map(BigInt), every: 1n })
    expect(counts[2]).toBe(0)
    expect(excess(counts.slice(0, 7), fair(weights))).toBeLessThan(4.5)
  })

  it.each([0.5, 1, 1.1, 2.5])('by Zipf with exponent %d, of few values and of many', exponent => {
    for (const high of [1000n, 65_535n]) {
      const counts = countsOf({ kind: 'zipf', low: 0n, high, exponent, every: 1n })
      const law = Array.from({ length: Number(high) + 1 }, (_, i) => (i + 1) ** -exponent)
      expect(excess(counts.slice(0, law.length), fair(law))).toBeLessThan(4.5)
    }
  })

  it('at random over the whole range: both ends, and bit 15, which TRex cannot set', () => {
    const counts = countsOf({ kind: 'random', low: 0n, high: 65_535n, every: 1n })
    const much = excess(counts, Array<number>(65_536).fill(1 / 65_536))
    expect(much).toBeLessThan(4.5)
    expect(much).toBeGreaterThan(-4.5) // chance is not even
    const ports = countsOf({ kind: 'random', low: 1025n, high: 65_000n, every: 1n })
    const inside = ports.slice(1025, 65_001)
    expect(inside.reduce((sum, count) => sum + count, 0)).toBe(ports.reduce((sum, count) => sum + count, 0))
    expect(excess(inside, Array<number>(inside.length).fill(1 / inside.length))).toBeLessThan(4.5)
    expect(inside.slice(-50).some(count => count > 0) && inside.slice(0, 50).some(count => count > 0)).toBe(
      true,
    )
    const few = countsOf({ kind: 'random', low: 32_760n, high: 32_775n, every: 1n })
    expect(few.slice(32_760, 32_776).every(count => count > 0)).toBe(true)
  })

  it('at random over several ranges, whether they are a table or segments', () => {
    for (const last of [2009n, 60_000n]) {
      const ranges = [
        { low: 5n, high: 9n },
        { low: 2000n, high: last },
        { low: 100n, high: 100n },
      ]
      const counts = countsOf({ kind: 'random', low: 5n, high: last, ranges, every: 1n })
      const inside = ranges.flatMap(({ low, high }) => counts.slice(Number(low), Number(high) + 1))
      expect(inside.reduce((sum, count) => sum + count, 0)).toBe(
        counts.reduce((sum, count) => sum + count, 0),
      )
      expect(excess(inside, Array<number>(inside.length).fill(1 / inside.length))).toBeLessThan(4.5)
    }
  })
})

describe('frame sizes are drawn as often as they should be', () => {
  /** How often each size comes, of so many packets, FCS included. */
  function sizesOf(frame: FrameSpec): number[] {
    const plan = planFor(stream({ frame }))
    const frames = core
      ? renderNative(core, plan, 0, { count: packets })
      : Array.from({ length: packets / 20 }, (_, i) => renderPacket(plan, 0, BigInt(i)))
    const counts = Array<number>(1600).fill(0)
    for (const { length } of frames) counts[length + 4]!++
    return counts
  }

  it('by weight', () => {
    const weights = [7, 4, 1, 100, 3]
    const sizes = weights.map((weight, i) => ({ frameBytes: 64 + 300 * i, weight }))
    const counts = sizesOf({ kind: 'weighted', sizes })
    const seen = sizes.map(({ frameBytes }) => counts[frameBytes]!)
    expect(seen.reduce((sum, count) => sum + count, 0)).toBe(counts.reduce((sum, count) => sum + count, 0))
    expect(excess(seen, fair(weights))).toBeLessThan(4.5)
  })

  it('of a range, with its ends and by its step', () => {
    for (const [low, high, step] of [
      [64, 1518, 1],
      [100, 131, 10],
    ] as const) {
      const counts = sizesOf({ kind: 'random', low, high, step })
      const sizes = counts.flatMap((_, size) =>
        size >= low && size <= high && (size - low) % step === 0 ? [size] : [],
      )
      const seen = sizes.map(size => counts[size]!)
      expect(seen.every(count => count > 0)).toBe(true)
      expect(seen.reduce((sum, count) => sum + count, 0)).toBe(counts.reduce((sum, count) => sum + count, 0))
      expect(excess(seen, Array<number>(sizes.length).fill(1 / sizes.length))).toBeLessThan(4.5)
    }
  })
})

describe('the columns of a Zipf', () => {
  /** The probability of a number below 2^53, from the table alone. */
  function probability(columns: readonly Column[], x: number): number {
    const share = (column: number, weight: number) => {
      const { first, count, falling } = columns[column]!
      const [j, m] = [x - Number(first), Number(count)]
      if (j < 0 || j >= m) return 0
      return weight * (falling ? (2 * (m - j) - 1) / (m * m) : 1 / m)
    }
    const sum = columns.reduce((total, { threshold, other }, i) => {
      const own = Number(threshold) / 2 ** 64
      return total + share(i, own) + share(other, 1 - own)
    }, 0)
    return sum / columns.length
  }

  it.each([0.3, 1, 1.1, 3])(
    'say the law to one part in 3000 wherever they are asked, exponent %d',
    exponent => {
      const size = 1_000_000
      const columns = zipfColumns(BigInt(size), exponent)
      let total = 0
      for (let rank = size; rank > 0; rank--) total += rank ** -exponent
      for (const x of [0, 1, 1023, 1024, 1030, 1039, 1040, 5000, 70_000, 524_300, 999_999]) {
        const law = (x + 1) ** -exponent / total
        expect(Math.abs(probability(columns, x) / law - 1), `rank ${x + 1}`).toBeLessThan(1 / 3000)
      }
    },
  )

  it('stay few and inside of the set, however large it is', () => {
    for (const size of [1n, 2n, 4096n, 4097n, 1n << 32n, (1n << 64n) - 1n, 1n << 64n]) {
      const columns = zipfColumns(size, 1.1)
      expect(columns.length).toBeLessThan(8000)
      expect(columns.every(({ first, count }) => count >= 1n && first + count <= size)).toBe(true)
      const ends = columns.filter(({ falling }) => !falling)
      expect(ends.reduce((sum, { count }) => sum + count, 0n)).toBe(size)
    }
  })
})
