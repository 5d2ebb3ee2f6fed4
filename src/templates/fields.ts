import type { Linked, Within } from '../profile/model.js'
import { container } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import { drawOf, isKeyed } from './draw.js'
import { fieldKey } from './key.js'
import { type Layout, type PlacedField, piecesOf, placedFields } from './layout.js'
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
  return varyingPieces(layout).flatMap(({ whole, piece }) =>
    varyingParts(piece).map(part => {
      const { offset, length, shift } = container(part)
      const id = drawId(piece, part)
      const program = generator(part, id, identity, withinOf(piece))
      const draw = draws.get(id) ?? draws.size
      draws.set(id, draw)
      return {
        name: `${piece.name}${part.suffix}`,
        offset,
        bytes: length,
        shift,
        bits: part.bits,
        clip: null,
        draw,
        ...program,
        // The field that others follow does not follow itself.
        follows: program.follows === piece.name ? null : program.follows,
        sums: sumsOf(whole, offset + length - 1),
      }
    }),
  )
}

/** Of each program, in their order, what its key is drawn from where its field follows no other; undefined: nothing. */
export const keyNames = (layout: Layout): (string | undefined)[] =>
  varyingPieces(layout).flatMap(({ piece }) =>
    varyingParts(piece).map(part => (isKeyed(part.spec) ? drawId(piece, part) : undefined)),
  )

const varyingPieces = (layout: Layout) =>
  placedFields(layout)
    .filter(({ spec }) => spec && spec.kind !== 'literal')
    .flatMap(whole => piecesOf(whole).map(piece => ({ whole, piece })))

export const varyingParts = (piece: PlacedField): readonly Part[] =>
  programParts(piece).filter(part => part.spec.kind !== 'literal')

/** A whole that is given in parts is not written itself. */
export const programParts = (piece: PlacedField): readonly Part[] =>
  piece.spec && piece.spec.kind !== 'parts' ? (split(piece, piece.spec) ?? []) : []

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
  if (spec.kind === 'literal' || spec.kind === 'ref' || spec.kind === 'hash' || spec.kind === 'digit')
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
    ...drawOf(source, fieldKey(seed, stream, id), shuffle),
    digit: digit ? { div: digit.div, mod: digit.mod } : null,
    ...lookup(part, digit ?? source, spec, hashOf(spec, { seed, stream })),
    follows: spec.follows,
  }
}

function hashOf({ hash, times, plus }: Linked, { seed, stream }: Identity): Hash | null {
  if (!hash) return null
  const key = fieldKey(seed, stream, hash.name)
  return { key, size: hash.high - hash.low + 1n, scale: times, low: hash.low * times + plus }
}

export const checkWidths = (layout: Layout): Diagnostic[] =>
  varyingPieces(layout).flatMap(({ piece }) => checkWidth(piece))

export function checkWidth(piece: PlacedField): Diagnostic[] {
  const wrong = (message: string, hint: string) => [
    error(piece.path, { code: 'range-too-wide', message: `${piece.name} ${message}`, hint }),
  ]
  if (!piece.spec || piece.spec.kind === 'parts') return []
  if (!split(piece, piece.spec))
    return wrong('varies over more than 64 bits', 'use `random`, or vary only the last 64 bits')
  // A program writes the bytes that hold its bits, at most eight.
  if (varyingParts(piece).every(part => container(part).length <= 8)) return []
  return wrong('lies in more than 8 bytes', 'begin it and end it on a whole byte, or make two parts of it')
}
