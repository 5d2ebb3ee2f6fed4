import { type Parsed, parsed, refuse } from './parsed.js'

export const integerPattern = '(0[xX][0-9a-fA-F]+|[0-9]+)'

const integer = new RegExp(`^${integerPattern}$`)

/** A header field's number: decimal or `0x` hexadecimal, in `bits` bits. */
export function parseInteger(text: string, bits: number): Parsed<bigint> {
  const trimmed = text.trim()
  if (!integer.test(trimmed))
    return refuse(
      'bad-value',
      `\`${text}\` is not a whole number`,
      `write 0 to ${maxOf(bits)}, or hexadecimal such as 0x1f`,
    )
  const value = BigInt(trimmed)
  if (value <= maxOf(bits)) return parsed(value)
  return refuse(
    'out-of-range',
    `${trimmed} does not fit in ${bits} ${bits === 1 ? 'bit' : 'bits'}`,
    `0 to ${maxOf(bits)}`,
  )
}

export const maxOf = (bits: number): bigint => (1n << BigInt(bits)) - 1n
