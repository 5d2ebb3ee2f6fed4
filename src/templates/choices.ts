/** `choice`: each way through the alternatives of a stream is a variant of it, as often as their weights multiply to. */
import type { Alternative, LayerSpec, StreamSpec, YamlPath } from '../profile/model.js'
import { isOpen } from './header-table.js'
import type { Variant } from './members-of.js'

/** A part of a stream on one way through its alternatives. */
interface Branch {
  /** How large a part of all packets goes this way. */
  part: bigint
  of: bigint
  labels: readonly string[]
  has: readonly string[]
  layers: readonly LayerSpec[]
  over: Pick<Alternative, 'frame' | 'signature'> & Pick<StreamSpec, 'frameIn' | 'signAlways'>
}

interface Place {
  /** Of the list of layers or items. */
  path: YamlPath
  /** The innermost alternative around it. */
  within: string | undefined
  /** Under what an alternative is reported. */
  labels: ReadonlyMap<Alternative, string>
}

/** All variants of a stream; without a choice there is one. `path` is the stream's. */
export function variantsOf(stream: StreamSpec, path: YamlPath): Variant[] {
  const labels = labelsOf(stream.layers)
  const branches = branchesOf(stream.layers, { path: [...path, 'layers'], within: undefined, labels })
  const all = branches.reduce((common, { of }) => lcm(common, of), 1n)
  const weights = branches.map(({ part, of }) => part * (all / of))
  const divisor = weights.reduce(gcd, 0n)
  return branches.map(({ labels, has, layers, over }, k) => ({
    weight: Number(weights[k]! / divisor),
    labels: [...new Set(labels)],
    has,
    spec: { ...stream, ...over, layers },
  }))
}

export const hasChoice = (layers: readonly LayerSpec[]): boolean =>
  layers.some(layer => layer.choice !== undefined || isOpen(layer))

/** How many variants there will be. */
export const waysThrough = (layers: readonly LayerSpec[]): number =>
  layers.reduce((product, layer) => product * waysOf(layer), 1)

/** Of a choice, its alternatives together; of a header, of its lists. */
export function waysOf({ choice, lists }: LayerSpec): number {
  if (choice) return choice.reduce((sum, { layers }) => sum + waysThrough(layers), 0)
  return Object.values(lists ?? {}).reduce((product, items) => product * waysThrough(items), 1)
}

interface Found {
  choice: readonly Alternative[]
  path: YamlPath
}

/** Every choice, also those inside of others; `path` is that of the list of layers or items. */
export function choicesIn(layers: readonly LayerSpec[], path: YamlPath): Found[] {
  return layers.flatMap((layer, i) => {
    const { choice, lists = {}, name } = layer
    const here = layer.alone ? path : [...path, i]
    if (choice) return [{ choice, path: [...here, 'choice'] }, ...choice.flatMap(inside(here))]
    const named = name === '' ? here : [...here, name]
    return Object.entries(lists).flatMap(([list, items]) => choicesIn(items, [...named, list]))
  })
}

const inside =
  (here: YamlPath) =>
  ({ layers }: Alternative, k: number): Found[] =>
    choicesIn(layers, [...here, 'choice', k, bodyOf(here)])

/** Alternatives among layers hold layers, those in a list hold items of it. */
const bodyOf = (here: YamlPath): string => (here.at(-2) === 'layers' ? 'layers' : 'use')

/** By name, else by number: `2-1` is the first alternative of the second choice, in the order of the profile. */
function labelsOf(layers: readonly LayerSpec[]): Map<Alternative, string> {
  const labels = new Map<Alternative, string>()
  let choices = 0
  const visit = ({ choice = [], lists = {} }: LayerSpec): void => {
    if (choice.length > 0) choices++
    const number = choices
    for (const [k, alternative] of choice.entries()) {
      labels.set(alternative, alternative.name ?? `${number}-${k + 1}`)
      alternative.layers.forEach(visit)
    }
    Object.values(lists).flat().forEach(visit)
  }
  layers.forEach(visit)
  return labels
}

const start: Branch = { part: 1n, of: 1n, labels: [], has: [], layers: [], over: {} }

const branchesOf = (layers: readonly LayerSpec[], place: Place): Branch[] =>
  layers.reduce<Branch[]>(
    (sofar, layer, i) => {
      const path = layer.alone ? place.path : [...place.path, i]
      const ways = layer.choice ? choose(layer.choice, { ...place, path }) : header(layer, { ...place, path })
      return sofar.flatMap(one => ways.map(way => behind(one, way)))
    },
    [start],
  )

const behind = (one: Branch, way: Branch): Branch => ({
  part: one.part * way.part,
  of: one.of * way.of,
  labels: [...one.labels, ...way.labels],
  has: [...one.has, ...way.has],
  layers: [...one.layers, ...way.layers],
  over: { ...one.over, ...way.over },
})

/** What an alternative says of the frame is overruled by those inside of it. */
function choose(choice: readonly Alternative[], place: Place): Branch[] {
  const total = BigInt(choice.reduce((sum, { weight }) => sum + weight, 0))
  return choice.flatMap((alternative, k) => {
    const { weight, name, layers, frame, signature } = alternative
    const path = [...place.path, 'choice', k]
    const body = [...path, bodyOf(place.path)]
    const id = [...path.slice(2, -1), name ?? k].join('.')
    const over = {
      ...(frame && { frame, frameIn: path }),
      ...(signature !== undefined && { signature, signAlways: signature }),
    }
    const first: Branch = {
      ...start,
      part: BigInt(weight),
      of: total,
      labels: [place.labels.get(alternative)!],
      has: [id],
      over,
    }
    return branchesOf(layers, { ...place, path: body, within: id }).map(way => behind(first, way))
  })
}

/** A header, or an item of a list, with each way through its lists. */
function header(layer: LayerSpec, place: Place): Branch[] {
  const { path } = place
  const named = layer.name === '' ? path : [...path, layer.name]
  const within = place.within === undefined ? undefined : { name: place.within, cycle: 1, places: [0] }
  const fixed = { ...layer, path, ...(within && { within }) }
  return Object.entries(layer.lists ?? {}).reduce<Branch[]>(
    (sofar, [list, items]) => {
      const ways = branchesOf(items, { ...place, path: [...named, list] })
      return sofar.flatMap(one =>
        ways.map(way => ({ ...behind(one, way), layers: [withList(one.layers[0]!, list, way.layers)] })),
      )
    },
    [{ ...start, layers: [fixed] }],
  )
}

const withList = (layer: LayerSpec, list: string, items: readonly LayerSpec[]): LayerSpec => ({
  ...layer,
  lists: { ...layer.lists, [list]: items },
})

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))
const lcm = (a: bigint, b: bigint): bigint => (a / gcd(a, b)) * b
