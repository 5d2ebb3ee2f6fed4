import type { LayerSpec, Within, YamlPath } from '../profile/model.js'
import type { Range } from '../units/ranges.js'
import {
  type Field,
  fieldKeyIn,
  fieldsOf,
  itemKey,
  type LayerContext,
  type List,
  listsOf,
  type Member,
} from './header.js'
import { givenBits, hullOfParts, type SlotSpec, slotSpec } from './pieces.js'
import { hullsOf } from './sets.js'
import { type Sized, unsized, View } from './view.js'

/** A field at its place in its header, with what the profile says of it. */
export interface Slot {
  /** `flags`; in the items of a list, `options.mss.value`. */
  key: string
  /** `bits` is what it really has. */
  field: Field
  /** From the first bit of the header. */
  bitOffset: number
  spec: SlotSpec | undefined
  /** A checksum that must be wrong. */
  bad: boolean
  /** What the layer above asks for, or what makes an item what it is. */
  linked: bigint | undefined
  path: YamlPath
  scope: Scope
}

type Links = Readonly<Record<string, bigint>>

/** The actual field table of one header, or of one item in a list of it: a pure function of what is given. */
export class Scope {
  /** Those of its items included. */
  readonly slots: Slot[] = []
  /** The innermost alternative around it. */
  readonly within: Within | undefined
  /** Bytes of each; most headers have none. */
  #lists: Map<string, number> | undefined
  readonly #inner: Scope[] = []
  readonly #unsized = new View(this, unsized)
  /** Fields whose values a rule has looked at. */
  #asked: Set<string> | undefined
  #bits = 0

  constructor(
    readonly members: readonly Member[],
    readonly spec: LayerSpec,
    readonly links: Links,
    readonly path: YamlPath,
    readonly prefix = '',
    readonly bitOffset = 0,
    outer?: Within,
  ) {
    this.within = spec.within ?? outer
    this.#place(members)
  }

  /** Those of this header (or item) alone. */
  get own(): readonly Slot[] {
    return this.slots.filter(slot => slot.scope === this)
  }

  /** All that is placed so far. */
  get bits(): number {
    return this.#bits
  }

  /** Itself and those of all items in it. */
  all(): Scope[] {
    return [this, ...this.#inner.flatMap(scope => scope.all())]
  }

  /** Given fields and lists that no condition lets in. */
  absent(): YamlPath[] {
    const given = [...Object.keys(this.spec.fields), ...Object.keys(this.spec.lists ?? {})]
    return given.filter(name => !this.#lists?.has(name) && !this.#own(name)).map(name => [...this.path, name])
  }

  /** What a rule sees; without sizes, as long as the header is not laid out. */
  context(sized?: Sized): LayerContext {
    return sized ? new View(this, sized) : this.#unsized
  }

  given(name: string): boolean {
    return this.spec.fields[name] !== undefined || this.links[name] !== undefined
  }

  countOf(name: string): number {
    return this.#items(listsOf(this.members).find(({ list }) => list === name)).length
  }

  bytesOf(name: string): number {
    const list = this.#lists?.get(name)
    if (list !== undefined) return list
    const field = fieldsOf(this.members).find(candidate => candidate.name === name)
    return field ? Math.ceil(this.#bitsOf(field) / 8) : 0
  }

  /** The layout, or what another field holds, may depend on its value. */
  isAsked(name: string): boolean {
    return this.#asked?.has(name) === true
  }

  value(name: string, context: LayerContext): bigint {
    this.#asked ??= new Set()
    this.#asked.add(name)
    const field = this.#own(name)?.field ?? fieldsOf(this.members).find(candidate => candidate.name === name)
    if (!field) return 0n
    const spec = slotSpec(field, this.spec.fields[name])
    if (spec) return extremes(spec)[0] ?? 0n
    const { default: rule } = field
    return this.links[name] ?? (typeof rule === 'bigint' ? rule : rule(context))
  }

  #own(name: string): Slot | undefined {
    return this.slots.find(slot => slot.scope === this && slot.field.name === name)
  }

  #place(members: readonly Member[]): void {
    for (const member of members) {
      if ('when' in member) {
        if (member.when(this.context())) this.#place(member.fields)
      } else if ('list' in member) this.#placeList(member)
      else this.#placeField(member)
    }
  }

  #placeField(field: Field): void {
    const given = this.spec.fields[field.name]
    const bits = this.#bitsOf(field)
    const sized = bits === field.bits ? field : { ...field, bits }
    const slot = {
      key: fieldKeyIn(this.prefix, field.name),
      field: sized,
      bitOffset: this.bitOffset + this.#bits,
      spec: slotSpec(sized, given),
      bad: given?.kind === 'checksum' && given.mode === 'bad',
      linked: this.links[field.name],
      path: field.name === '' ? this.path : [...this.path, field.name],
      scope: this,
    }
    this.slots.push(slot)
    this.#bits += bits
  }

  #placeList(list: List): void {
    const start = this.bits
    const given = this.#items(list)
    const seen = new Map<string, number>()
    for (const [i, item] of given.entries()) this.#placeItem(list, item, i, seen)
    const { to = 1, fill = () => [] } = list.align ?? {}
    const over = ((this.bitOffset + this.bits) / 8) % to
    for (const item of over === 0 ? [] : fill(to - over)) this.#placeItem(list, item, given.length, seen)
    this.#lists ??= new Map()
    this.#lists.set(list.list, (this.bits - start) / 8)
  }

  #items(list: List | undefined): readonly LayerSpec[] {
    return list ? (this.spec.lists?.[list.list] ?? list.default ?? []) : []
  }

  #placeItem({ list, items }: List, spec: LayerSpec, index: number, seen: Map<string, number>): void {
    const { fields, is } = items[spec.name]!
    const nth = (seen.get(spec.name) ?? 0) + 1
    seen.set(spec.name, nth)
    const path = [...(spec.path ?? [...this.path, list, index]), ...(spec.name === '' ? [] : [spec.name])]
    const prefix = fieldKeyIn(this.prefix, itemKey(list, spec.name, nth))
    const item = new Scope(fields, spec, is, path, prefix, this.bitOffset + this.bits, this.within)
    this.#inner.push(item)
    this.slots.push(...item.slots)
    this.#bits += item.bits
  }

  #bitsOf(field: Field): number {
    if (field.width) return field.width(this.context())
    return givenBits(field, this.spec.fields[field.name])
  }
}

/** Alternatives stand in some list of it: it has no one layout. */
export const isOpen = ({ lists = {} }: LayerSpec): boolean =>
  Object.values(lists)
    .flat()
    .some(item => item.choice !== undefined || isOpen(item))

/** All values of a list, else the ends of its ranges. Of a reference none are known before it is looked up. */
export const extremes = (spec: SlotSpec): readonly bigint[] =>
  spec.kind === 'literal'
    ? [spec.value]
    : hullsOfSlot(spec).flatMap(({ low, high }) => (low === high ? [low] : [low, high]))

export const hullsOfSlot = (spec: SlotSpec): readonly Range[] =>
  spec.kind === 'parts'
    ? hullOfParts(spec.parts.map(({ bits, value }) => ({ bits, hulls: hullsOf(value) })))
    : hullsOf(spec)
