import type { FieldType } from '../templates/header.js'
import { highest, lowest } from '../units/ranges.js'
import type { StringPiece, StringSpec } from './model.js'

/** A frame has at most 65535 bytes, headers and all. */
export const mostBytes = 65_000

/** The shortest and the longest that a piece can be. */
export function lengthOf(piece: StringPiece): readonly [number, number] {
  if (piece.kind === 'fixed') return [piece.bytes.length, piece.bytes.length]
  if (piece.kind === 'number') return [piece.digits, piece.digits]
  const lengths = piece.lengths.map(({ length }) => BigInt(length))
  return lengths.length === 0 ? [0, 0] : [Number(lowest(lengths)), Number(highest(lengths))]
}

/** Why no field of this type can hold it at its shortest and at its longest. */
export function problemOf(type: FieldType, spec: StringSpec): { message: string; hint?: string } | undefined {
  const longest = spec.pieces.reduce((sum, piece) => sum + lengthOf(piece)[1], 0)
  if (longest > mostBytes) return { message: `no frame holds ${longest} bytes` }
  return type === 'name' ? nameProblem(spec, longest) : undefined
}

/** RFC 1035 section 2.3.4: labels of 1 to 63 bytes, names of 255. */
function nameProblem(spec: StringSpec, longest: number): { message: string; hint?: string } | undefined {
  const strange = spec.pieces.find(
    piece => piece.kind === 'chars' && (piece.alphabet === 'bytes' || piece.alphabet === 'printable'),
  )
  if (strange)
    return { message: 'such characters are not those of a name', hint: 'letters, alphanumeric, base32' }
  if (longest + 2 > 255) return { message: 'the name can be longer than 255 bytes' }
  const labels = labelsOf(spec)
  if (labels.some(([, most]) => most > 63)) return { message: 'a label can be longer than 63 letters' }
  // The root may end a name.
  const empty = labels.findIndex(([least]) => least === 0)
  if (empty >= 0 && empty < labels.length - 1)
    return { message: 'a label can be empty, which would end the name', hint: 'lengths from 1' }
  return undefined
}

function labelsOf({ pieces }: StringSpec): (readonly [number, number])[] {
  const labels: [number, number][] = [[0, 0]]
  const add = ([least, most]: readonly [number, number]) => {
    const last = labels.at(-1)!
    last[0] += least
    last[1] += most
  }
  for (const piece of pieces) {
    if (piece.kind !== 'fixed') add(lengthOf(piece))
    else
      for (const byte of piece.bytes) {
        if (byte === 0x2e) labels.push([0, 0])
        else add([1, 1])
      }
  }
  return labels
}
