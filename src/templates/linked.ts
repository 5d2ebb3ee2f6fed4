import type { Drawn, Generator, Linked, ValueSpec, VariableSpec } from '../profile/model.js'
import { highest, lowest } from '../units/ranges.js'
import type { PlacedField } from './layout.js'
import { sizeOf } from './sets.js'

type Target = Extract<ValueSpec, { kind: 'literal' | 'linked' }>

interface Use {
  shared: boolean
  /** How the stream wants the set to be drawn. */
  pick?: Generator
}

/** A variable, or one part of it. */
export function linkedVariable(
  name: string,
  spec: VariableSpec,
  part: string | undefined,
  { shared, pick }: Use,
): Target {
  if (spec.value.kind === 'literal') return spec.value
  const source = pick ? picked(spec.value, pick) : spec.value
  const digit = part === undefined ? undefined : digitOf(spec, part)
  const follows = part === undefined ? name : `${name}.${part}`
  // No combination comes first by itself, so the frequent ones are spread over all of them.
  const shuffle = source.kind === 'zipf' && (spec.parts !== undefined || spec.value.kind === 'permute')
  const bounds = digit ?? boundsOf(source)
  const { low, high } = bounds
  const rest = { source, shuffle, shared, ...(digit && { digit }), times: 1n, plus: 0n, low, high }
  return { kind: 'linked', id: `=${name}`, follows, ...rest }
}

/** The set stays, and what is drawn from it changes. */
function picked(value: Drawn, pick: Generator): Drawn {
  if (value.kind === 'list' || value.kind === 'weighted') return value
  const { low, high, ranges } = value
  return { ...pick, low, high, ...(ranges && { ranges }) }
}

/** As on an odometer, the last part changes fastest. */
function digitOf({ parts = [] }: VariableSpec, name: string): Linked['digit'] {
  const at = parts.findIndex(part => part.name === name)
  const { low, high, ranges } = parts[at]!
  const div = parts.slice(at + 1).reduce((product, part) => product * sizeOf(part), 1n)
  return { div, mod: at === 0 ? 0n : sizeOf(parts[at]!), low, high, ...(ranges && { ranges }) }
}

export const boundsOf = (spec: Drawn) =>
  'values' in spec ? { low: lowest(spec.values), high: highest(spec.values) } : spec

/** What another field may follow; undefined: a length or a checksum. From here on the field shares its draw. */
export function linkedField(field: PlacedField): Target | undefined {
  const { spec } = field
  if (!spec) return linkedDefault(field)
  if (spec.kind === 'literal' || spec.kind === 'linked') return spec
  if (spec.kind === 'ref' || spec.kind === 'hash' || spec.kind === 'digit' || spec.kind === 'parts')
    throw new Error(`${field.name} has not been looked up`)
  const { low, high } = boundsOf(spec)
  const within = field.scope?.within
  const own = {
    id: field.name,
    follows: field.name,
    shuffle: false,
    shared: false,
    ...(within && { within }),
  }
  field.spec = { kind: 'linked', ...own, source: spec, times: 1n, plus: 0n, low, high }
  return field.spec
}

function linkedDefault({ linked, field }: PlacedField): Target | undefined {
  const value = linked ?? field.default
  return typeof value === 'bigint' ? { kind: 'literal', value } : undefined
}

/** As a reference may write them: in full, and short within their own layer. */
export const fieldNames = (fields: readonly PlacedField[], layer: string): string[] =>
  fields.flatMap(({ name }) => (name.startsWith(`${layer}.`) ? [name, name.slice(layer.length + 1)] : [name]))
