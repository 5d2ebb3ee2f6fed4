import type { Linked, Within } from '../profile/model.js'
import { container } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import { type Draw, drawOf, isKeyed } from './draw.js'
import { fieldKey } from './key.js'
import { type Layout, type PlacedField, piecesOf, placedFields } from './layout.js'
import { type Lookup, lookup } from './lookup.js'
import { type Part, split } from './parts.js'
import type { FieldProgram, FieldSum, Hash } from './plan.js'

/** The draw, the digit of it, and what the number stands for. */
interface Generator extends Pick<FieldProgram, 'digit' | 'numbers' | 'follows'> {
  drawn: Draw
  meant: Lookup
}

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
  const programs: FieldProgram[] = []
  for (const { whole, piece } of varyingPieces(layout))
    for (const part of varyingParts(piece)) {
      const id = drawId(piece, part)
      const draw = draws.get(id) ?? draws.size
      draws.set(id, draw)
      const { offset, length } = container(part)
      const made = generator(part, id, identity, withinOf(piece))
      programs.push(programOf(piece, part, draw, made, sumsOf(whole, offset + length - 1)))
    }
  return programs
}

/** Every key by itself: a stream may have hundreds, and thousands of members. */
function programOf(
  piece: PlacedField,
  part: Part,
  draw: number,
  { drawn, digit, meant, numbers, follows }: Generator,
  sums: readonly FieldSum[],
): FieldProgram {
  const { offset, length, shift } = container(part)
  return {
    name: `${piece.name}${part.suffix}`,
    offset,
    bytes: length,
    shift,
    bits: part.bits,
    clip: null,
    draw,
    op: drawn.op,
    numbers,
    size: drawn.size,
    step: drawn.step,
    every: drawn.every,
    key: drawn.key,
    columns: drawn.columns,
    shuffle: drawn.shuffle,
    digit,
    values: meant.values,
    scale: meant.scale,
    low: meant.low,
    segments: meant.segments,
    hash: meant.hash,
    high: meant.high,
    // The field that others follow does not follow itself.
    follows: follows === piece.name ? null : follows,
    sums,
  }
}

/** Of each program, in their order, what its key is drawn from where its field follows no other; undefined: nothing. */
export const keyNames = (layout: Layout): (string | undefined)[] =>
  varyingPieces(layout).flatMap(({ piece }) =>
    varyingParts(piece).map(part => (isKeyed(part.spec) ? drawId(piece, part) : undefined)),
  )

function varyingPieces(layout: Layout): { whole: PlacedField; piece: PlacedField }[] {
  const found: { whole: PlacedField; piece: PlacedField }[] = []
  for (const whole of placedFields(layout))
    if (whole.spec && whole.spec.kind !== 'literal')
      for (const piece of piecesOf(whole)) found.push({ whole, piece })
  return found
}

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
    drawn: drawOf(spec, fieldKey(seed, stream, id)),
    digit: null,
    meant: lookup(part, spec, asIs, null),
    numbers,
    follows: null,
  }
}

/** The digit and what is made of it are the field's own; the draw is that of what it follows. */
function linked(part: Part, spec: Linked, { seed, stream }: Identity): Omit<Generator, 'numbers'> {
  const { source, digit, shuffle, id } = spec
  return {
    drawn: drawOf(source, fieldKey(seed, stream, id), shuffle),
    digit: digit ? { div: digit.div, mod: digit.mod } : null,
    meant: lookup(part, digit ?? source, spec, hashOf(spec, { seed, stream })),
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
