/** Variants of a stream, as often as they weigh → its members. */
import type { LayerSpec, Member, Places, StreamSpec } from '../profile/model.js'
import { lowestTerms, smoothOrder } from './sequence.js'

/** One layout of a stream that has several. */
export interface Variant {
  /** A whole number from 1. */
  weight: number
  /** The alternatives that it has, by the names that results use. */
  labels: readonly string[]
  /** All the alternatives that it has, by the names in `LayerSpec.within`; what their cycle is, is not known yet. */
  has: readonly string[]
  spec: StreamSpec
}

/** One member for each variant, in the exact repeating order of their weights. One variant is the whole stream. */
export function membersOf(variants: readonly Variant[]): StreamSpec[] {
  if (variants.length === 1) return variants.map(({ spec }) => spec)
  const weights = lowestTerms(variants.map(({ weight }) => weight))
  return inOrder(variants, smoothOrder(weights.map(weight => ({ weight }))))
}

/** Packet i of the stream is one of variants[order[i mod order.length]]. */
export function inOrder(
  variants: readonly Omit<Variant, 'weight'>[],
  order: readonly number[],
): StreamSpec[] {
  const places = variants.map((): number[] => [])
  for (const [place, variant] of order.entries()) places[variant]!.push(place)
  const runs = runsOf(variants, order)
  return variants.map(({ spec, labels }, k) => {
    const at = places[k]!
    const member: Member = { labels, cycle: order.length, places: at, slots: order.length, at }
    const layers = spec.layers.map(layer => counted(layer, name => placesIn(runs.get(name)!, at)))
    return { ...spec, layers, member }
  })
}

/** For each alternative, the places of the cycle that have it, numbered. */
function runsOf(variants: readonly Omit<Variant, 'weight'>[], order: readonly number[]) {
  const runs = new Map<string, Map<number, number>>()
  for (const [place, variant] of order.entries())
    for (const name of variants[variant]!.has) {
      const run = runs.get(name) ?? new Map<number, number>()
      runs.set(name, run.set(place, run.size))
    }
  return runs
}

const placesIn = (run: ReadonlyMap<number, number>, places: readonly number[]): Places => ({
  cycle: run.size,
  places: places.map(place => run.get(place)!),
})

/** Tells the layers and items of alternatives how their packets are counted. */
function counted(layer: LayerSpec, placesOf: (name: string) => Places): LayerSpec {
  const { within, lists } = layer
  const items = Object.entries(lists ?? {}).map(
    ([list, all]) => [list, all.map(item => counted(item, placesOf))] as const,
  )
  return {
    ...layer,
    ...(within && { within: { name: within.name, ...placesOf(within.name) } }),
    ...(lists && { lists: Object.fromEntries(items) }),
  }
}
