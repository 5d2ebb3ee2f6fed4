/** Which train is cut how, and in which order the fragments of all trains go on the wire. */
import type { FragmentFault, FragmentOrder, FragmentSpec, Weighted } from '../../profile/model.js'
import { splitMix64 } from '../key.js'
import { lowestTerms, smoothOrder } from '../sequence.js'

/** Until all comes again. Both are tables. */
export const MAX_TRAINS = 65_536
export const MAX_SLOTS = 1 << 20

/** One way to send a datagram. */
export interface Way {
  mtu: number
  order: FragmentOrder
  fault: FragmentFault
}

/** Every combination, as often as its weights multiply to, in the exact order that repeats. */
export function waysOf({ mtu, order, fault }: FragmentSpec): Way[] {
  const ways = lowest(mtu).flatMap(m =>
    lowest(order).flatMap(o =>
      lowest(fault).map(f => ({
        way: { mtu: m.value, order: o.value, fault: f.value },
        weight: m.weight * o.weight * f.weight,
      })),
    ),
  )
  return smoothOrder(ways).map(i => ways[i]!.way)
}

function lowest<T>(entries: Weighted<T>): Weighted<T> {
  const weights = lowestTerms(entries.map(({ weight }) => weight))
  return entries.map(({ value }, i) => ({ value, weight: weights[i]! }))
}

/** How many trains there are until all comes again. */
export const combinations = ({ mtu, order, fault }: FragmentSpec): number =>
  [mtu, order, fault].reduce(
    (product, entries) => product * lowest<unknown>(entries).reduce((sum, { weight }) => sum + weight, 0),
    1,
  )

/**
 * The places in a train, in the order on the wire: `count` fragments, of which a duplicate is the one that goes first,
 * twice. So no copy comes after the datagram is whole.
 */
export function wireOrder(count: number, { order, fault }: Way, key: bigint): number[] {
  const forward = Array.from({ length: count }, (_, i) => i)
  const sent =
    order === 'forward' ? forward : order === 'reverse' ? forward.reverse() : shuffled(forward, key)
  return fault === 'duplicate' && count > 0 ? [sent[0]!, ...sent] : sent
}

/** Fisher and Yates, by a generator that the key seeds. */
function shuffled(places: readonly number[], key: bigint): number[] {
  const result = [...places]
  let state = key
  for (let i = result.length - 1; i > 0; i--) {
    state = splitMix64(state + BigInt(i))
    const j = Number((state * BigInt(i + 1)) >> 64n)
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

/** One frame of a train. */
export interface Slot {
  train: number
  /** How many of the train went before. */
  nth: number
}

/**
 * One frame of each train in flight, then the next one of each; a train that has ended makes room for another. Where
 * `stops` says so, all that is in flight ends before the next train begins. `lengths` are the frames of each train.
 */
export function* slotsOf(
  lengths: readonly number[],
  interleave: number,
  stops: readonly number[],
): Generator<Slot> {
  let next = 0
  for (const stop of [...stops, lengths.length]) {
    let flying: Slot[] = []
    while (next < stop || flying.length > 0) {
      while (flying.length < interleave && next < stop) flying.push({ train: next++, nth: 0 })
      yield* flying
      flying = flying.flatMap(({ train, nth }) =>
        nth + 1 < lengths[train]! ? [{ train, nth: nth + 1 }] : [],
      )
    }
  }
}
