/** What a name in `account` means in a stream: what it depends on, and how a packet's value is written. */
import type { Profile, ValueSet, VariableSpec } from '../../profile/model.js'
import { formatAddress } from '../../units/address.js'
import type { BitRange } from '../bits.js'
import { type DissectedField, dissect } from '../dissect.js'
import type { FieldProgram, StreamPlan } from '../plan.js'
import { FCS_BYTES } from '../rate.js'
import { rangesOf, sizeOf } from '../sets.js'
import { formatValue } from '../values.js'
import { type Axis, axesOf, plainAxis, shownBy, wholeAxis, writeValue } from './axis.js'
import { isShown, placeOfProgram } from './keys.js'

export interface Column {
  axes: readonly Axis[]
  /** Of packets with this template and these numbers. */
  text(template: number, at: (axis: Axis) => bigint): string
  /** The bits of a frame that show it; null: it has none, or not at one place. */
  places: readonly BitRange[] | null
}

type Vars = NonNullable<Profile['vars']>

/** What a stream does not have. */
const none = '-'

const constant = (text: string): Column => ({ axes: [], text: () => text, places: [] })

/** undefined: the stream has nothing of this name. */
export function columnOf(name: string, plan: StreamPlan, vars: Vars): Column | undefined {
  if (name === 'stream') return constant(plan.name)
  if (name === 'label') return constant(plan.member?.labels.join('/') || none)
  if (name === 'size') return sizeColumn(plan)
  const [base = '', part] = name.split('.')
  const variable = Object.hasOwn(vars, base) ? vars[base] : undefined
  return variable ? variableColumn(name, variable, part, plan) : fieldColumn(name, plan)
}

function sizeColumn({ templates }: StreamPlan): Column {
  const sizes = templates.map(({ bytes }) => String(bytes.length + FCS_BYTES))
  return { axes: [], text: t => sizes[t]!, places: new Set(sizes).size === 1 ? [] : null }
}

function fieldColumn(name: string, plan: StreamPlan): Column | undefined {
  const { templates, fields } = plan
  const places = templates.map(({ bytes }) => placeOf(name, bytes))
  if (places.every(place => !place)) return undefined
  const programs = fields.filter(program => places.some(place => place && touches(program, place)))
  const axes = [...new Set(programs.map(({ draw }) => draw))].flatMap(draw =>
    axesOf(programs.filter(program => program.draw === draw)),
  )
  const text: Column['text'] = (t, at) => {
    const place = places[t]
    if (!place) return none
    const bytes = Uint8Array.from(templates[t]!.bytes)
    for (const program of programs) writeValue(bytes, program, shownBy(program, axes, at))
    return formatValue(place.field, placeOf(name, bytes)?.value ?? place.value)
  }
  return { axes, text, places: onePlace(plan, places) }
}

const MACS_BITS = 96

/** Not of what is written as the packet is sent, or before the run: checksums, and what a neighbour has to tell. */
function onePlace(
  { templates, neighbour }: StreamPlan,
  places: readonly (DissectedField | undefined)[],
): [BitRange] | null {
  const [first] = places
  if (!first || places.some(place => place?.bitOffset !== first.bitOffset || place.bits !== first.bits))
    return null
  const { bitOffset, bits } = first
  const meets = (offset: number, bytes: number) =>
    offset * 8 < bitOffset + bits && bitOffset < (offset + bytes) * 8
  const isSum = templates.some(({ checksums }) =>
    checksums.some(({ offset, kind }) => meets(offset, kind === 'crc32c' ? 4 : 2)),
  )
  return isSum || (neighbour && bitOffset < MACS_BITS) ? null : [{ bitOffset, bits }]
}

/** By its name as everywhere: `vlan.priority`, of the second tag `vlan.2.pcp`. */
function placeOf(name: string, bytes: Uint8Array): DissectedField | undefined {
  const seen = new Map<string, number>()
  for (const layer of dissect(bytes).layers) {
    const nth = (seen.get(layer.name) ?? 0) + 1
    seen.set(layer.name, nth)
    const prefix = nth === 1 ? layer.name : `${layer.name}.${nth}`
    const found = layer.fields.find(({ key }) => `${prefix}.${key}` === name)
    if (found) return found
  }
  return undefined
}

function touches({ offset, bytes, shift, bits, clip }: FieldProgram, place: DissectedField): boolean {
  const shown = clip ?? { from: 0, to: bytes }
  const start = (offset - shown.from) * 8 + bytes * 8 - shift - bits
  const [first, last] = [
    Math.max(start, offset * 8),
    Math.min(start + bits, (offset + shown.to - shown.from) * 8),
  ]
  return first < place.bitOffset + place.bits && place.bitOffset < last
}

function variableColumn(
  name: string,
  spec: VariableSpec,
  part: string | undefined,
  { fields }: StreamPlan,
): Column | undefined {
  const parts = spec.parts?.filter(one => part === undefined || one.name === part)
  if (part !== undefined && !parts?.length) return undefined
  if (spec.value.kind === 'literal') return constant(written(spec.type, spec.value.value))
  const followers = fields.filter(({ follows }) => follows === name || follows?.startsWith(`${name}.`))
  const [program] = followers
  if (!program) return constant(none)
  const axis = part === undefined ? wholeAxis(program) : plainAxis(program)
  const texts = (number: bigint): string =>
    parts ? digitsOf(parts, number).join('/') : written(spec.type, valueIn(spec.value as Set, number))
  const shown = followers.filter(follower => isShown(follower, [axis]))
  return {
    axes: [axis],
    text: (_, at) => texts(at(axis)),
    places: shown.length === 0 ? null : shown.map(placeOfProgram),
  }
}

/** As on an odometer, the last part changes fastest. */
function digitsOf(parts: NonNullable<VariableSpec['parts']>, number: bigint): string[] {
  let rest = number
  return [...parts]
    .reverse()
    .map(set => {
      const size = sizeOf(set)
      const text = written(set.type, valueIn(set, rest % size))
      rest /= size
      return text
    })
    .reverse()
}

const written = (type: VariableSpec['type'], value: bigint): string =>
  type === 'uint' ? String(value) : formatAddress(type, value)

type Set = ValueSet | { values: readonly bigint[] }

function valueIn(set: Set, number: bigint): bigint {
  if ('values' in set) return set.values[Number(number)]!
  let rest = number
  for (const { low, high } of rangesOf(set)) {
    if (rest <= high - low) return low + rest
    rest -= high - low + 1n
  }
  throw new Error('a number lies outside of its set')
}
