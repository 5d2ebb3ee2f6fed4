/** Arbitrary texts with places that vary, and fields in parts. */
import fc from 'fast-check'
import type { FieldPart, FieldSpec, PartsSpec, StringPiece, StringSpec, ValueSpec } from '../profile/model.js'

const inName = ['letters', 'digits', 'alphanumeric', 'hex', 'base32']
const all = [...inName, 'printable', 'bytes']

const chars = (name: string, alphabets: readonly string[], length: number): fc.Arbitrary<StringPiece> =>
  fc.tuple(fc.constantFrom(...alphabets), fc.bigInt(1n, 3n)).map(([alphabet, every]) => ({
    kind: 'chars',
    name,
    alphabet,
    lengths: [{ length, weight: 1n }],
    every,
  }))

const number = (name: string, digits: number): fc.Arbitrary<StringPiece> =>
  fc
    .tuple(fc.constantFrom(10n as const, 16n as const), fc.bigInt(1n, 3n), fc.boolean())
    .map(([base, every, listed]) => ({
      kind: 'number',
      name,
      value: listed
        ? { kind: 'list', values: [0n, base ** BigInt(digits) - 1n, 7n], every }
        : { kind: 'inc', low: 0n, high: base ** BigInt(digits) - 1n, step: 3n, every },
      digits,
      base,
    }))

const fixed = (text: string): StringPiece => ({ kind: 'fixed', bytes: new TextEncoder().encode(text) })
const text = (pieces: readonly StringPiece[]): StringSpec => ({ kind: 'string', form: 'text', pieces })

export const nameOf: fc.Arbitrary<FieldSpec> = fc.oneof(
  chars('', inName, 9).map(piece => text([piece])),
  fc
    .tuple(
      fc.integer({ min: 1, max: 12 }).chain(length => chars('label', inName, length)),
      number('n', 3),
    )
    .map(([label, n]) => text([label, fixed('.h'), n, fixed('.bench.test')])),
)

/** From `least` to `most` bytes, all the same where they are equal. */
export const textOf = (least: number, most: number): fc.Arbitrary<FieldSpec> =>
  fc.integer({ min: least, max: most }).chain(length => {
    const alone = chars('', all, length).map(piece => text([piece]))
    if (length < 4) return alone
    const mixed = fc
      .tuple(chars('a', all, length - 3), number('n', 2))
      .map(([a, n]) => text([a, fixed('{'), n]))
    return fc.oneof(alone, mixed)
  })

/** Up to 56 bits, parts may begin anywhere; what is wider must keep to whole bytes. */
export const inParts = (
  bits: number,
  spec: (bits: number) => fc.Arbitrary<ValueSpec>,
): fc.Arbitrary<ValueSpec | PartsSpec> => {
  const unit = bits > 56 ? 8 : 1
  if (bits / unit < 2) return spec(bits)
  return fc
    .integer({ min: 1, max: bits / unit - 1 })
    .chain(first => fc.tuple(part('1', first * unit, spec), part('rest', bits - first * unit, spec)))
    .map(parts => ({ kind: 'parts', parts }))
}

const part = (
  name: string,
  bits: number,
  spec: (bits: number) => fc.Arbitrary<ValueSpec>,
): fc.Arbitrary<FieldPart> => spec(bits).map(value => ({ name, bits, value }))
