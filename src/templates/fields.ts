import type { Linked, Within } from '../profile/model.js'
import { container } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import { drawOf, type Source } from './draw.js'
import { fieldKey } from './key.js'
import type { Layout, PlacedField } from './layout.js'
import { lookup } from './lookup.js'
import { type Part, split } from './parts.js'
import type { FieldProgram, FieldSum, Hash } from './plan.js'

type Generator = Omit<FieldProgram, 'name' | 'offset' | 'bytes' | 'shift' | 'bits' | 'clip' | 'draw' | 'sums'>

/** The seed of the run and the name of the stream: what every key is drawn from. */
export interface Identity {
  seed: number
  stream: string
}

/** A program for each part of a field that varies; `sumsOf` tells which checksums cover it. */
export function fieldPrograms(
  layout: Layout,
  identity: Identity,
  sumsOf: (field: PlacedField, lastByte: number) => readonly FieldSum[],
): FieldProgram[] {
  const draws = new Map<string, number>()
  return layout.layers
    .flatMap(layer => layer.fields)
    .flatMap(field =>
      varyingParts(field).map(part => {
        const { offset, length, shift } = container(part)
        const id = drawId(field, part)
        const program = generator(part, id, identity, withinOf(field))
        const draw = draws.get(id) ?? draws.size
        draws.set(id, draw)
        return {
          name: `${field.name}${part.suffix}`,
          offset,
          bytes: length,
          shift,
          bits: part.bits,
          clip: null,
          draw,
          ...program,
          // The field that others follow does not follow itself.
          follows: program.follows === field.name ? null : program.follows,
          sums: sumsOf(field, offset + length - 1),
        }
      }),
    )
}

const varyingParts = (field: PlacedField): readonly Part[] =>
  field.spec ? (split(field, field.spec) ?? []).filter(part => part.spec.kind !== 'literal') : []

/** What has the same name has the same draw; a field that follows no other is named after itself. */
function drawId(field: PlacedField, { spec, alone, suffix }: Part): string {
  if (spec.kind === 'linked') return spec.id
  return `${field.name}${alone ? suffix : ''}`
}

/** The alternative in which the draw of a field stands: that of the field that it follows. */
const withinOf = ({ spec, scope }: PlacedField): Within | undefined =>
  spec?.kind === 'linked' ? spec.within : scope?.within

const asIs = { times: 1n, plus: 0n }

function generator(part: Part, id: string, identity: Identity, within: Within | undefined): Generator {
  const { spec } = part
  const { seed } = identity
  const stream = within ? `${identity.stream} ${within.name}` : identity.stream
  const numbers = within ?? null
  if (spec.kind === 'linked')
    return { ...linked(part, spec, { seed, stream: spec.shared ? '' : stream }), numbers }
  if (spec.kind === 'literal' || spec.kind === 'ref' || spec.kind === 'hash')
    throw new Error(`${id} does not vary by itself: it needs no program`)
  return {
    ...drawOf(spec, fieldKey(seed, stream, id)),
    numbers,
    digit: null,
    ...lookup(part, spec, asIs, null),
    follows: null,
  }
}

/** The digit and what is made of it are the field's own; the draw is that of what it follows. */
function linked(part: Part, spec: Linked, { seed, stream }: Identity): Omit<Generator, 'numbers'> {
  const { source, digit, shuffle, id } = spec
  return {
    ...drawOf(source as Source, fieldKey(seed, stream, id), shuffle),
    digit: digit ? { div: digit.div, mod: digit.mod } : null,
    ...lookup(part, digit ?? (source as Source), spec, hashOf(spec, { seed, stream })),
    follows: spec.follows,
  }
}

function hashOf({ hash, times, plus }: Linked, { seed, stream }: Identity): Hash | null {
  if (!hash) return null
  const key = fieldKey(seed, stream, hash.name)
  return { key, size: hash.high - hash.low + 1n, scale: times, low: hash.low * times + plus }
}

export function checkWidths(layout: Layout): Diagnostic[] {
  return layout.layers
    .flatMap(layer => layer.fields)
    .filter(field => field.spec && !split(field, field.spec))
    .map(field =>
      error(field.path, {
        code: 'range-too-wide',
        message: `${field.name} varies over more than 64 bits`,
        hint: 'use `random`, or vary only the last 64 bits',
      }),
    )
}
