/** Arbitrary streams: any stack of layers that may stand on each other, with any values. */
import fc from 'fast-check'
import type {
  FieldSpec,
  FrameSpec,
  Generator,
  LayerSpec,
  SizeSpec,
  StreamSpec,
  ValueSpec,
} from '../profile/model.js'
import { encodeName } from '../units/domain-name.js'
import { hull, lowest, union } from '../units/ranges.js'
import { type Field, fieldsOf, type List, listsOf, type Member } from './header.js'
import { Scope } from './header-table.js'
import { headers } from './headers/index.js'
import { literal, stream } from './profile.testing.js'
import { inParts, nameOf, textOf } from './strings.testing.js'

const ones = (bits: number) => (1n << BigInt(bits)) - 1n
export const anyTarget = { allow: ['0.0.0.0/0', '::/0'], interfaces: [], lab: true }

/** Stacks are read back from their first bytes: `raw` says nothing of what it is, nor of what follows. */
const names = Object.keys(headers).filter(name => name !== 'raw')

/** Fields that say what follows; changing them, or hiding a first fragment, would end the dissection early. */
const structural = new Set([
  ...Object.values(headers).flatMap(header =>
    Object.entries(header.on).flatMap(([base, rule]) => Object.keys(rule).map(field => `${base}.${field}`)),
  ),
  ...Object.values(headers).flatMap(({ name, guess, fields }) =>
    guess ? [`${name}.${fields[0]!.name}`] : [],
  ),
  'ipv4.fragment_offset',
  'fragment.fragment_offset',
  'gtpu.extension_present',
])

/** What a reader must know before it can go on: whatever the rules of these members ask for. */
function askedBy(members: readonly Member[]): Set<string> {
  const asked = new Set<string>()
  const held = {
    value: (name: string) => {
      asked.add(name)
      return 0n
    },
  }
  for (const member of members) {
    if ('when' in member) member.when(held)
    if ('when' in member) for (const name of askedBy(member.fields)) asked.add(name)
    if ('list' in member) [member.extent?.(held), member.count?.(held)]
    if ('bits' in member) [member.extent?.(held, new Uint8Array(9)), member.width?.(held)]
  }
  return asked
}

const stacks: fc.Arbitrary<string[]> = fc.array(fc.nat(), { minLength: 1, maxLength: 8 }).map(choices => {
  const stack = ['ethernet']
  for (const choice of choices) {
    const fit = names.filter(name => headers[name]!.on[stack.at(-1)!])
    if (fit.length > 0) stack.push(fit[choice % fit.length]!)
  }
  return stack
})

/** The fewest layers from Ethernet to each header. */
const depths = new Map([['ethernet', 0]])
for (let depth = 1; depth < names.length; depth++)
  for (const name of names)
    if (!depths.has(name) && basesOf(name).some(base => depths.get(base) === depth - 1))
      depths.set(name, depth)

function basesOf(name: string): string[] {
  return headers[name]!.anywhere ? names : Object.keys(headers[name]!.on)
}

/** Any stack with this header on top: a few detours, then straight down to Ethernet. */
export const stacksTo = (top: string): fc.Arbitrary<string[]> =>
  fc.array(fc.nat(), { minLength: 2, maxLength: 6 }).map(choices => {
    const stack = [top]
    for (const [i, choice] of [...choices, ...names.map(() => 0)].entries()) {
      const below = basesOf(stack[0]!)
      const depth = Math.min(...below.map(base => depths.get(base)!))
      const fit = i < 2 ? below : below.filter(base => depths.get(base) === depth)
      if (i >= 2 && stack[0] === 'ethernet') break
      if (fit.length > 0) stack.unshift(fit[choice % fit.length]!)
    }
    return stack[0] === 'ethernet' ? stack : ['ethernet', ...stack]
  })

type Spec = (bits: number) => fc.Arbitrary<ValueSpec>
type Given = Pick<LayerSpec, 'fields' | 'lists'>

/** First what decides over the layout, then values for the fields that are there. */
const content = (
  members: readonly Member[],
  spec: Spec,
  skip: (name: string) => boolean,
  deep = 3,
): fc.Arbitrary<Given> => {
  const asked = askedBy(members)
  const selectors = fieldsOf(members).flatMap(field => {
    const values = field.names ? Object.values(field.names.values) : field.bits === 1 ? [0n, 1n] : []
    return values.length > 0 && asked.has(field.name) && !skip(field.name) ? [{ ...field, values }] : []
  })
  const choice = fc.record(
    Object.fromEntries(selectors.map(({ name, values }) => [name, fc.constantFrom(...values).map(literal)])),
    { requiredKeys: [] },
  )
  return choice.chain(made => {
    const scope = new Scope(members, { name: '', fields: made as LayerSpec['fields'] }, {}, [])
    // One choice may leave no room for another: the type of a long header in a short one.
    const chosen = Object.fromEntries(
      Object.entries(made).filter(([name]) => scope.own.some(({ field }) => field.name === name)),
    )
    const free = scope.own.filter(({ field: { name } }) => !asked.has(name) && !skip(name))
    const values = fc.record(
      Object.fromEntries(free.map(({ field }) => [field.name, fieldValue(field, spec)])),
      { requiredKeys: [] },
    )
    const lists = listsOf(members).filter(list => isHere(members, list, scope))
    const items = fc.record(
      Object.fromEntries(
        lists.map(list => [list.list, fc.array(itemOf(list, spec, deep), { maxLength: deep })]),
      ),
      { requiredKeys: [] },
    )
    return fc.tuple(values, items).map(
      ([fields, given]): Given => ({
        fields: { ...chosen, ...fields } as LayerSpec['fields'],
        ...(Object.keys(given).length > 0 && { lists: given as NonNullable<LayerSpec['lists']> }),
      }),
    )
  })
}

const isHere = (members: readonly Member[], list: List, scope: Scope): boolean =>
  members.some(
    member =>
      member === list ||
      ('when' in member && member.when(scope.context()) && isHere(member.fields, list, scope)),
  )

function itemOf({ items }: List, spec: Spec, deep: number): fc.Arbitrary<LayerSpec> {
  const kinds = Object.entries(items).filter(([, item]) => !item.unread)
  const telling = new Set(kinds.flatMap(([, { is }]) => Object.keys(is)))
  return fc.constantFrom(...kinds).chain(([name, { fields }]) =>
    content(fields, spec, field => telling.has(field), Math.min(1, deep - 1)).map(given => ({
      name,
      ...given,
    })),
  )
}

function fieldValue(field: Field, spec: Spec): fc.Arbitrary<FieldSpec> {
  if (field.type === 'name') return fc.oneof(labels, nameOf)
  if (field.type === 'bytes' || field.type === 'text') return bytesFor(field)
  if (field.type !== 'checksum')
    return fc.oneof({ arbitrary: spec(field.bits), weight: 4 }, inParts(field.bits, spec))
  return fc.oneof(
    spec(field.bits),
    fc.constantFrom('valid', 'bad').map(mode => ({ kind: 'checksum', mode }) as const),
  )
}

/** A reader that asks for no length knows it beforehand. */
function bytesFor({ type, extent }: Field): fc.Arbitrary<FieldSpec> {
  let asked = false
  const held = {
    value: () => {
      asked = true
      return 0n
    },
  }
  const fixed = extent!(held, new Uint8Array(9))
  const size = asked ? { maxLength: 8 } : { minLength: fixed, maxLength: fixed }
  // A profile gives text as text.
  const limits = type === 'text' ? { ...size, min: 0x20, max: 0x7e } : size
  const { minLength = 0, maxLength } = size
  const fixedBytes = fc.uint8Array(limits).map((bytes): FieldSpec => ({ kind: 'bytes', bytes }))
  return fc.oneof(fixedBytes, textOf(minLength, maxLength))
}

const label = fc.stringMatching(/^[a-z0-9-]{1,12}$/)
const labels = fc
  .array(label, { maxLength: 3 })
  .map((parts): FieldSpec => ({ kind: 'bytes', bytes: encodeName(parts.join('.')) }))

function layersOf(stack: readonly string[], spec: Spec, skip: RegExp): fc.Arbitrary<LayerSpec[]> {
  const layer = (name: string): fc.Arbitrary<LayerSpec> => {
    const left = (field: string) => structural.has(`${name}.${field}`) || skip.test(`${name}.${field}`)
    return content(headers[name]!.members, spec, left).map(given => ({ name, ...given }))
  }
  return fc.tuple(...stack.map(layer))
}

export const literals = (bits: number) => fc.bigInt(0n, ones(bits)).map(literal)

/** Ranges start at a multiple of their size, so that a wide one stays inside 64 bits or is a whole prefix. */
export function varying(bits: number): fc.Arbitrary<ValueSpec> {
  const every = fc.bigInt(1n, 3n)
  const range = (most: number) =>
    fc
      .tuple(fc.bigInt(0n, ones(bits)), fc.integer({ min: 0, max: Math.min(bits, most) }))
      .map(([at, free]) => ({
        low: at & ~ones(free),
        high: at | ones(free),
      }))
  const counter = fc.record({ kind: fc.constantFrom('inc', 'dec'), step: fc.bigInt(1n, 70000n), every })
  return fc.oneof(
    fc.tuple(range(64), counter).map(([bounds, rest]) => ({ ...bounds, ...rest }) as ValueSpec),
    fc
      .tuple(range(128), every)
      .map(([bounds, held]) => ({ kind: 'random', ...bounds, every: held }) as const),
    fc.record({
      kind: fc.constant('list' as const),
      values: fc.array(fc.bigInt(0n, ones(bits)), { minLength: 1, maxLength: 5 }),
      every,
    }),
    weighted(bits, every),
    sets(bits, every),
  )
}

function weighted(bits: number, every: fc.Arbitrary<bigint>): fc.Arbitrary<ValueSpec> {
  const entry = fc.tuple(fc.bigInt(0n, ones(bits)), fc.bigInt(0n, 9n))
  return fc
    .tuple(fc.uniqueArray(entry, { minLength: 1, maxLength: 8, selector: ([value]) => value }), every)
    .map(([entries, held]) => {
      const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1))
      const weights = sorted.map(([, weight], i) => (i === 0 ? weight + 1n : weight))
      return { kind: 'weighted', values: sorted.map(([value]) => value), weights, every: held }
    })
}

/** Any range, or several in any order, drawn in every way that has an oracle. */
function sets(bits: number, every: fc.Arbitrary<bigint>): fc.Arbitrary<ValueSpec> {
  const how = fc.constantFrom<Generator>(
    { kind: 'random', every: 1n },
    { kind: 'zipf', exponent: 1.1, every: 1n },
    { kind: 'inc', step: 3n, every: 1n },
  )
  const value = fc.bigInt(0n, ones(bits))
  const range = fc.tuple(value, fc.bigInt(0n, ones(Math.min(bits, 61)))).map(([low, more]) => ({
    low,
    high: lowest([ones(bits), low + more]),
  }))
  return fc.tuple(how, fc.array(range, { minLength: 1, maxLength: 5 }), every).map(([kind, given, held]) => {
    const ranges = union(given)
    return { ...kind, ...hull(ranges), ...(ranges.length > 1 && { ranges }), every: held }
  })
}

/** Every kind of frame sizes, all with room for any stack; of the whole frame or of one of its layers. */
function frames(stack: readonly string[]): fc.Arbitrary<FrameSpec> {
  const frameBytes = fc.integer({ min: 1000, max: 1400 })
  const weighted = fc.record({ frameBytes, weight: fc.integer({ min: 1, max: 9 }) })
  const sizes = fc.uniqueArray(weighted, { minLength: 1, maxLength: 5, selector: size => size.frameBytes })
  const range = fc
    .tuple(frameBytes, fc.nat(20), fc.integer({ min: 1, max: 9 }))
    .map(([low, more, step]) => ({ low, high: low + more, step }))
  const spec: fc.Arbitrary<SizeSpec> = fc.oneof(
    fc.record({ kind: fc.constant('fixed'), frameBytes }),
    fc.record({ kind: fc.constantFrom('imix', 'weighted'), sizes }),
    fc.record({
      kind: fc.constant('list'),
      frameBytes: fc.array(frameBytes, { minLength: 1, maxLength: 5 }),
    }),
    fc.tuple(fc.constantFrom('inc', 'random'), range).map(([kind, ends]) => ({ kind, ...ends })),
  )
  const of = fc.option(fc.constantFrom(...stack, 'payload'), { nil: undefined })
  return fc.tuple(spec, of).map(([how, layer]) => ({ ...how, ...(layer !== undefined && { of: layer }) }))
}

export const streamsWith = (spec: Spec, skip: RegExp, some = stacks): fc.Arbitrary<StreamSpec> =>
  some.chain(stack =>
    fc
      .tuple(layersOf(stack, spec, skip), frames(stack), fc.boolean())
      .map(([layers, frame, listens]) => stream({ layers, frame, ...(listens ? { rx: 'b' } : {}) })),
  )
