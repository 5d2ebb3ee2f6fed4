import type { Base, FieldPart, StringPiece, StringSpec, ValueSpec } from '../profile/model.js'
import { alphabets } from '../units/alphabets.js'
import { hull } from '../units/ranges.js'
import { ones } from './bits.js'
import type { FieldType } from './header.js'

/** Whole numbers of bytes, at most so many in one program: a word. */
const wordBytes = 8

/** It has characters without a length, which fill the room that there is. */
export const isOpen = ({ pieces }: StringSpec): boolean =>
  pieces.some(piece => piece.kind === 'chars' && piece.lengths.length === 0)

/** Gives characters without a length those that fill `room` bytes. */
export const withRoom = ({ pieces, ...text }: StringSpec, room: number): StringSpec => ({
  ...text,
  pieces: pieces.map(piece =>
    piece.kind === 'chars' && piece.lengths.length === 0
      ? { ...piece, lengths: [{ length: room, weight: 1n }] }
      : piece,
  ),
})

/** The parts that a text's characters are. Of several lengths, it has the first. */
export function stringParts(type: FieldType, { pieces }: StringSpec): FieldPart[] {
  const parts = pieces.flatMap(partsOf)
  return type === 'name' ? asLabels(parts) : parts
}

function partsOf(piece: StringPiece): FieldPart[] {
  if (piece.kind === 'fixed') return [...piece.bytes].map(byte => fixed(BigInt(byte)))
  if (piece.kind === 'number')
    return Array.from({ length: piece.digits }, (_, i) => ({
      name: `${piece.name}.${i + 1}`,
      bits: 8,
      value: digit(piece, piece.digits - 1 - i),
    }))
  const length = piece.lengths[0]?.length ?? 0
  return piece.alphabet === 'bytes' ? words(piece, length) : characters(piece, length)
}

const fixed = (value: bigint): FieldPart => ({ name: '', bits: 8, value: { kind: 'literal', value } })

type Chars = Extract<StringPiece, { kind: 'chars' }>
type NumberPiece = Extract<StringPiece, { kind: 'number' }>

const digit = ({ name, value, base, digits }: NumberPiece, power: number): ValueSpec => ({
  kind: 'digit',
  of: name,
  value,
  div: base ** BigInt(power),
  base,
  most: base ** BigInt(digits) - 1n,
})

/** Drawn one by one: nothing else has every text of the alphabet equally often. */
function characters({ name, alphabet, every }: Chars, length: number): FieldPart[] {
  const ranges = alphabets[alphabet]!
  const set = { ...hull(ranges), ...(ranges.length > 1 && { ranges }) }
  return Array.from({ length }, (_, i) => ({
    name: partName(name, i),
    bits: 8,
    value: { kind: 'random', ...set, every },
  }))
}

/** Any bytes are drawn a word at a time. */
function words({ name, every }: Chars, length: number): FieldPart[] {
  return Array.from({ length: Math.ceil(length / wordBytes) }, (_, i) => {
    const bits = 8 * Math.min(wordBytes, length - i * wordBytes)
    return { name: partName(name, i), bits, value: { kind: 'random', low: 0n, high: ones(bits), every } }
  })
}

const partName = (name: string, i: number): string => (name === '' ? String(i + 1) : `${name}.${i + 1}`)

/** Each label behind its length, and the root (RFC 1035 section 3.1). The dots are those of the fixed text. */
function asLabels(parts: readonly FieldPart[]): FieldPart[] {
  const labels: FieldPart[][] = [[]]
  for (const part of parts) {
    if (part.value.kind === 'literal' && part.value.value === dot) labels.push([])
    else labels.at(-1)!.push(part)
  }
  const written = labels.filter(label => label.length > 0)
  return [...written.flatMap(label => [fixed(BigInt(label.length)), ...label]), fixed(0n)]
}

const dot = 0x2en

/** The digits of a base, as they stand in ASCII. */
export const digitSets: Readonly<Record<`${Base}`, readonly { low: bigint; high: bigint }[]>> = {
  10: alphabets.digits!,
  16: alphabets.hex!,
}
