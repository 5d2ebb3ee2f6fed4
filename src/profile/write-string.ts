/** A text with places that vary → the plain data that it could have been read from. */
import type { Length, NumberSpec, StringPiece, StringSpec } from './model.js'

/** Writes the number in a text, which is a field's value. */
type WriteNumber = (value: NumberSpec) => unknown

/** With every option, or only with those that differ from their default. */
export type Detail = 'all' | 'short'

export function stringOf({ form, pieces }: StringSpec, detail: Detail, number: WriteNumber): unknown {
  const alone = pieces.length === 1 ? pieces[0]! : undefined
  if (alone?.kind === 'chars' && alone.name === '') return pieceDocument(alone, detail, number)
  const text = pieces.map(piece =>
    piece.kind === 'fixed' ? fixedText(form, piece.bytes) : `{${piece.name}}`,
  )
  const varying = pieces.flatMap(piece =>
    piece.kind === 'fixed' ? [] : [[piece.name, pieceDocument(piece, detail, number)] as const],
  )
  return { [form]: text.join(''), ...Object.fromEntries(varying) }
}

const fixedText = (form: StringSpec['form'], bytes: Uint8Array): string =>
  form === 'bytes'
    ? Buffer.from(bytes).toString('hex')
    : new TextDecoder().decode(bytes).replaceAll('{', '{{').replaceAll('}', '}}')

type Varying = Exclude<StringPiece, { kind: 'fixed' }>

function pieceDocument(piece: Varying, detail: Detail, write: WriteNumber): object {
  if (piece.kind === 'number') {
    const { value, digits, base } = piece
    return { number: write(value), digits, base: base === 16n ? 'hex' : 'decimal' }
  }
  const { alphabet, lengths, every } = piece
  return {
    random: alphabet,
    ...(lengths.length > 0 && { length: lengthDocument(lengths) }),
    ...((detail === 'all' || every !== 1n) && { every: Number(every) }),
  }
}

function lengthDocument(lengths: readonly Length[]): unknown {
  const [first, last] = [lengths[0]!, lengths.at(-1)!]
  if (lengths.length === 1) return first.length
  if (lengths.some(({ weight }) => weight !== 1n))
    return { weighted: Object.fromEntries(lengths.map(({ length, weight }) => [length, Number(weight)])) }
  const whole = last.length - first.length + 1 === lengths.length
  return whole ? `${first.length}-${last.length}` : { list: lengths.map(one => one.length) }
}
