import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FragmentSpec } from '../../profile/model.js'
import { slotsOf, waysOf, wireOrder } from './trains.js'

const once = <T>(...values: T[]) => values.map(value => ({ value, weight: 1 }))
const spec = (changes: Partial<FragmentSpec> = {}): FragmentSpec => ({
  mtu: once(1500),
  order: once('forward'),
  fault: once('none'),
  interleave: 1,
  ...changes,
})

describe('the ways of trains', () => {
  it('come exactly as often as their weights multiply to', () => {
    const ways = waysOf(
      spec({
        mtu: [
          { value: 1500, weight: 12 },
          { value: 576, weight: 6 },
        ],
        fault: [
          { value: 'none', weight: 3 },
          { value: 'overlap', weight: 1 },
        ],
      }),
    )
    const counts = new Map<string, number>()
    for (const { mtu, fault } of ways) {
      const name = `${mtu} ${fault}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    expect(Object.fromEntries(counts)).toEqual({
      '1500 none': 6,
      '576 none': 3,
      '1500 overlap': 2,
      '576 overlap': 1,
    })
  })
})

describe('the order on the wire', () => {
  const way = (order: 'forward' | 'reverse' | 'shuffle', fault: 'none' | 'duplicate' = 'none') => ({
    mtu: 1500,
    order,
    fault,
  })

  it('runs forward, backward, or as the key shuffles it', () => {
    expect(wireOrder(4, way('forward'), 1n)).toEqual([0, 1, 2, 3])
    expect(wireOrder(4, way('reverse'), 1n)).toEqual([3, 2, 1, 0])
    const shuffled = wireOrder(40, way('shuffle'), 1n)
    expect(shuffled).toEqual(wireOrder(40, way('shuffle'), 1n))
    expect(shuffled).not.toEqual(wireOrder(40, way('shuffle'), 2n))
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(wireOrder(40, way('forward'), 1n))
  })

  it('shuffles two fragments both ways, as often', () => {
    const swapped = Array.from(
      { length: 1000 },
      (_, key) => wireOrder(2, way('shuffle'), BigInt(key) << 20n)[0],
    )
    expect(Math.abs(swapped.filter(first => first === 1).length - 500)).toBeLessThan(80)
  })

  it('sends a duplicate before the datagram is whole', () => {
    expect(wireOrder(3, way('forward', 'duplicate'), 1n)).toEqual([0, 0, 1, 2])
    expect(wireOrder(2, way('reverse', 'duplicate'), 1n)).toEqual([1, 1, 0])
  })
})

describe('trains in flight together', () => {
  const text = (lengths: number[], interleave: number, stops: number[] = []) =>
    [...slotsOf(lengths, interleave, stops)].map(({ train, nth }) => `${'abcdef'[train]}${nth}`).join(' ')

  it('take turns, and make room for the next ones', () => {
    expect(text([2, 2, 2], 1)).toBe('a0 a1 b0 b1 c0 c1')
    expect(text([3, 1, 2, 2], 2)).toBe('a0 b0 a1 c0 a2 c1 d0 d1')
  })

  it('end before those that a count leaves out', () => {
    expect(text([3, 1, 2, 2], 2, [2])).toBe('a0 b0 a1 a2 c0 d0 c1 d1')
  })

  it('send every fragment of every train once, in order', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 12 }), fc.nat(), (frames, interleave, stop) => {
        const next = frames.map(() => 0)
        for (const { train, nth } of slotsOf(frames, interleave, [stop % frames.length])) {
          expect(nth).toBe(next[train]!++)
          const flying = next.filter((sent, i) => sent > 0 && sent < frames[i]!)
          expect(flying.length).toBeLessThanOrEqual(interleave)
        }
        expect(next).toEqual(frames)
      }),
    )
  })
})
