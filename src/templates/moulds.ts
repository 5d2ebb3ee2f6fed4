/**
 * Streams that differ from one another in single values, as thousands of streams do: the first of them is compiled, and
 * the others are cast in its mould, which takes a tenth of the time. What comes out is the same to the byte; where it might
 * not be, the stream is compiled by itself.
 */
import type { FieldSpec, LaidOut, LayerSpec, Safety } from '../profile/model.js'
import { ones, writeBits } from './bits.js'
import { type Site, siteSum } from './checksums.js'
import type { Identity } from './fields.js'
import { fieldKey } from './key.js'
import { type Layout, type PlacedField, type PlacedLayer, packetEnd, payloadName } from './layout.js'
import type { MatchRule, StreamPlan, Template } from './plan.js'
import { repliesTo } from './selectors.js'
import { checkTarget } from './targets.js'

/** What of a stream's plan depends on its layers and its name. */
export type Cast = Pick<StreamPlan, 'templates' | 'sequence' | 'sizeDraw' | 'fields' | 'signature' | 'match'>

/** A stream that was compiled. Its layout holds the values of the last stream that was cast. */
export interface Mould<T> {
  spec: LaidOut
  layout: Layout
  sites: readonly Site[]
  /** Of each frame size, before what is too short is padded. */
  lengths: readonly number[]
  /** Of each program, the name that its key is drawn from; undefined: it has none. */
  keys: readonly (string | undefined)[]
  cast: Cast
  /** Whatever else streams of this mould have in common. */
  rest: T
}

/** More kinds of streams than this, taking turns, would be compared in vain. */
const most = 8

export class Moulds<T> {
  #moulds: Mould<T>[] = []

  constructor(readonly safety: Safety) {}

  /** Whether there can be streams like this one: its mould is made only then. */
  takes(spec: LaidOut): boolean {
    return isPlain(spec) && spec.layers.every(isSelfContained)
  }

  add(mould: Mould<T>): void {
    this.#moulds = [mould, ...this.#moulds.slice(0, most - 1)]
  }

  cast(spec: LaidOut, identity: Identity): { cast: Cast; rest: T } | undefined {
    for (const mould of this.#moulds) {
      const changes = changesIn(mould.spec, spec)
      const fields = changes && placesOf(mould, changes, this.safety)
      if (!fields) continue
      mould.spec = spec
      mould.cast = castOf(mould, fields, identity)
      return { cast: mould.cast, rest: mould.rest }
    }
    return undefined
  }
}

/** The members of a stream differ in their layouts. */
const isPlain = ({ member, fragment, frameIn }: LaidOut): boolean => !member && !fragment && !frameIn

/** A reference may be to the very value that changes. */
const selfContained: ReadonlySet<FieldSpec['kind']> = new Set([
  'literal',
  'checksum',
  'bytes',
  'inc',
  'dec',
  'random',
  'permute',
  'list',
  'weighted',
  'zipf',
])

const isSelfContained = ({ fields, lists = {}, content, choice }: LayerSpec): boolean =>
  !content &&
  !choice &&
  Object.values(fields).every(({ kind }) => selfContained.has(kind)) &&
  Object.values(lists).every(items => items.every(isSelfContained))

/** A field that has another value, by its layer's place among the headers. */
interface Change {
  layer: number
  key: string
  spec: Value
}

/** null: they differ in more than values. */
function changesIn(from: LaidOut, to: LaidOut): Change[] | null {
  const same =
    from.frame === to.frame &&
    from.layers.length === to.layers.length &&
    from.signature === to.signature &&
    (from.rx === undefined) === (to.rx === undefined) &&
    isPlain(to)
  if (!same) return null
  const changes: Change[] = []
  for (const [i, layer] of from.layers.entries())
    if (!addChanges(layer, to.layers[i]!, i, changes)) return null
  return changes
}

function addChanges(from: LayerSpec, to: LayerSpec, layer: number, changes: Change[]): boolean {
  if (from === to) return true
  const same =
    from.name === to.name &&
    from.name !== payloadName &&
    from.lists === to.lists &&
    from.path === to.path &&
    from.within === to.within
  const keys = Object.keys(from.fields)
  const others = Object.keys(to.fields)
  if (!same || keys.length !== others.length) return false
  return keys.every((key, i) => {
    const [was, is] = [from.fields[key]!, to.fields[key]]
    if (others[i] !== key || is === undefined) return false
    if (was !== is && isValue(was) && isValue(is)) changes.push({ layer, key, spec: is })
    return was === is || (isValue(was) && isValue(is))
  })
}

type Value = Extract<FieldSpec, { kind: 'literal' }>

const isValue = (spec: FieldSpec): spec is Value => spec.kind === 'literal' && !spec.resolve

interface Placed {
  field: PlacedField
  spec: Value
  was: PlacedField['spec']
}

/** Puts the values in their places. undefined: something looks at such a field beyond its bits, or refuses the value. */
function placesOf<T>({ layout }: Mould<T>, changes: readonly Change[], safety: Safety): Placed[] | undefined {
  const places: Placed[] = []
  for (const { layer: index, key, spec } of changes) {
    const layer = layout.layers[index]
    const field = layer?.fields.find(one => one.key === key)
    if (!layer || !field || !isFree(layer, field) || spec.value < 0n || spec.value > ones(field.bits))
      return undefined
    places.push({ field, spec, was: field.spec })
  }
  for (const { field, spec } of places) field.spec = spec
  if (places.every(({ field }) => checkTarget(field, safety).length === 0)) return places
  for (const { field, was } of places) field.spec = was
  return undefined
}

const isFree = (layer: PlacedLayer, { key, spec, scope }: PlacedField): boolean =>
  spec?.kind === 'literal' && scope !== null && !scope.isAsked(key) && !repliesTo(layer, key)

function castOf<T>(
  { cast, layout, sites, lengths, keys }: Mould<T>,
  changes: readonly Placed[],
  identity: Identity,
) {
  const { seed, stream } = identity
  const { templates, sequence, sizeDraw, fields, signature, match } = cast
  return {
    templates: templates.map((template, i) => {
      const bytes = template.bytes.slice()
      for (const { field, spec } of changes) writeBits(bytes, field, spec.value)
      return { bytes, checksums: checksumsOf(template, sites, bytes.subarray(0, lengths[i]), layout) }
    }),
    sequence,
    sizeDraw: sizeDraw && { ...sizeDraw, key: fieldKey(seed, stream, 'frame') },
    fields: fields.map((field, i) =>
      keys[i] === undefined ? field : { ...field, key: fieldKey(seed, stream, keys[i]) },
    ),
    signature,
    match: match && ruleOf(match, changes),
  }
}

function checksumsOf({ checksums }: Template, sites: readonly Site[], bytes: Uint8Array, layout: Layout) {
  const end = packetEnd(layout, bytes.length)
  return checksums.map((site, i) =>
    site.kind === 'sum' ? { ...site, base: siteSum(sites[i]!, bytes, end) } : site,
  )
}

/** A receiver looks at all the bits of what identifies a stream and does not vary. */
function ruleOf(rule: MatchRule, changes: readonly Placed[]): MatchRule {
  const value = rule.value.slice()
  for (const { field, spec } of changes)
    if (field.field.identifies)
      writeBits(value, { bitOffset: field.bitOffset - 8 * rule.offset, bits: field.bits }, spec.value)
  return { ...rule, value }
}
