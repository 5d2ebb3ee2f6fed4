import type { Field } from '../templates/header.js'
import {
  addressExamples,
  addressNames,
  formatAddress,
  parseAddress,
  parseAddressRange,
} from '../units/address.js'
import { integerPattern, maxOf, parseInteger } from '../units/integer.js'
import { didYouMean, type Parsed, parsed, refuse } from '../units/parsed.js'

/** What decides how a field's text is read: two fields of one kind share their schema. */
export type FieldKind = Pick<Field, 'type' | 'bits' | 'letters'>

export function parseLiteral(kind: FieldKind, input: unknown): Parsed<bigint> {
  if (kind.type === 'flags') return parseFlags(kind, String(input))
  if (kind.type === 'uint') return parseInteger(String(input), kind.bits)
  if (typeof input === 'string') return parseAddress(kind.type, input)
  return refuse(
    'wrong-type',
    `${String(input)} is a number to YAML, not ${addressNames[kind.type]}`,
    `write it as \`${addressExamples[kind.type]}\``,
  )
}

/** Inclusive; `any` is the whole field. */
export function parseRange(kind: FieldKind, input: unknown): Parsed<{ low: bigint; high: bigint }> {
  const text = String(input).trim()
  if (text === 'any') return parsed({ low: 0n, high: maxOf(kind.bits) })
  if (kind.type !== 'uint' && kind.type !== 'flags') return parseAddressRange(kind.type, text)
  const ends = new RegExp(`^${integerPattern}\\s*-\\s*${integerPattern}$`).exec(text)
  if (!ends)
    return refuse(
      'bad-value',
      `\`${text}\` is not a range`,
      `write \`low-high\`, such as \`0-${maxOf(kind.bits)}\`, or \`any\``,
    )
  const low = parseInteger(ends[1]!, kind.bits)
  const high = parseInteger(ends[2]!, kind.bits)
  if (!low.ok) return low
  if (!high.ok) return high
  if (low.value <= high.value) return parsed({ low: low.value, high: high.value })
  return refuse('reversed-range', `the range \`${text}\` runs backwards`, didYouMean(`${ends[2]}-${ends[1]}`))
}

/** Letters in any order, `none`, or the bits as a number. */
function parseFlags({ letters = '', bits }: FieldKind, text: string): Parsed<bigint> {
  if (text === 'none') return parsed(0n)
  if (/^\d/.test(text)) return parseInteger(text, bits)
  const wrong = [...text].find(letter => letter === '.' || !letters.includes(letter))
  if (text !== '' && wrong === undefined)
    return parsed(
      [...new Set(text)].reduce(
        (sum, letter) => sum | (1n << BigInt(bits - 1 - letters.indexOf(letter))),
        0n,
      ),
    )
  const upper = text.toUpperCase()
  const hint =
    upper !== text && [...upper].every(letter => letters.includes(letter))
      ? didYouMean(upper)
      : `letters of ${letters.replaceAll('.', '')}, or \`none\``
  return refuse('bad-value', text === '' ? 'no flags are given' : `\`${wrong}\` is not a flag here`, hint)
}

/** The text that `parseLiteral` reads back. */
export function formatLiteral(kind: FieldKind, value: bigint): string {
  if (kind.type === 'uint') return value.toString()
  if (kind.type !== 'flags') return formatAddress(kind.type, value)
  const { letters = '', bits } = kind
  const named = [...letters].filter((_, i) => ((value >> BigInt(bits - 1 - i)) & 1n) === 1n).join('')
  if (named.includes('.')) return value.toString()
  return named || 'none'
}
