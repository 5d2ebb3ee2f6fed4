import type { Field } from '../templates/header.js'
import {
  type AddressKind,
  addressExamples,
  addressNames,
  formatAddress,
  parseAddress,
  parseAddressRange,
} from '../units/address.js'
import { bytesOfValue, formatBytes } from '../units/bytes.js'
import { integerPattern, maxOf, parseInteger } from '../units/integer.js'
import { didYouMean, type Parsed, parsed, refuse } from '../units/parsed.js'
import { hintFor } from './suggest.js'

/** What decides how a field's text is read: two fields of one kind share their schema. */
export type FieldKind = Pick<Field, 'type' | 'bits' | 'letters' | 'names'>

export function parseLiteral(kind: FieldKind, input: unknown): Parsed<bigint> {
  if (kind.type === 'flags') return parseFlags(kind, String(input))
  if (!isAddress(kind.type)) return parseNumber(kind, String(input))
  if (typeof input === 'string') return parseAddress(kind.type, input)
  return refuse(
    'wrong-type',
    `${String(input)} is a number to YAML, not ${addressNames[kind.type]}`,
    `write it as \`${addressExamples[kind.type]}\``,
  )
}

const isAddress = (type: FieldKind['type']): type is AddressKind => type in addressNames

/** A number, or the name of one where the field has names. */
function parseNumber({ bits, names, type }: FieldKind, text: string): Parsed<bigint> {
  const value = names && Object.hasOwn(names.values, text) ? names.values[text] : undefined
  if (value !== undefined) return parsed(value)
  const words = type === 'checksum' ? ['valid', 'zero', 'bad'] : Object.keys(names?.values ?? {})
  if (words.length === 0 || !/^[a-z]/i.test(text)) return parseInteger(text, bits)
  return refuse(
    'bad-value',
    `\`${text}\` is not a value of this field`,
    hintFor(text, [...words, 'a number']),
  )
}

const twoIntegers = new RegExp(`^${integerPattern}\\s*-\\s*${integerPattern}$`)

/** Inclusive; `any` is the whole field. */
export function parseRange(kind: FieldKind, input: unknown): Parsed<{ low: bigint; high: bigint }> {
  const text = String(input).trim()
  if (text === 'any') return parsed({ low: 0n, high: maxOf(kind.bits) })
  if (isAddress(kind.type)) return parseAddressRange(kind.type, text)
  const ends = twoIntegers.exec(text)
  if (!ends)
    return refuse(
      'bad-value',
      `\`${text}\` is not a range`,
      /^(all|\*)$/i.test(text)
        ? didYouMean('any')
        : `write \`low-high\`, such as \`0-${maxOf(kind.bits)}\`, or \`any\``,
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
  const hint = flagsHint(text, letters) ?? `letters of ${letters.replaceAll('.', '')}, or \`none\``
  return refuse('bad-value', text === '' ? 'no flags are given' : `\`${wrong}\` is not a flag here`, hint)
}

const flagNames = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'DF', 'MF']

/** `sa`, or names for letters: `SYN|ACK`. */
function flagsHint(text: string, letters: string): string | undefined {
  const upper = text.toUpperCase()
  const words = upper.split(/[ ,|+]+/)
  const named = words.every(word => flagNames.includes(word)) ? words.map(word => word[0]).join('') : ''
  const known = (word: string) =>
    word !== '' && word !== text && [...word].every(letter => letters.includes(letter))
  return known(upper) ? didYouMean(upper) : known(named) ? didYouMean(named) : undefined
}

export const nameOf = ({ names }: Pick<Field, 'names'>, value: bigint): string | undefined =>
  Object.entries(names?.values ?? {}).find(([, named]) => named === value)?.[0]

/** The text that `parseLiteral` reads back. */
export function formatLiteral(kind: FieldKind, value: bigint): string {
  if (isAddress(kind.type)) return formatAddress(kind.type, value)
  if (kind.type === 'bytes' || kind.type === 'text' || kind.type === 'name')
    return formatBytes(kind.type, bytesOfValue(value, kind.bits))
  if (kind.type !== 'flags') return nameOf(kind, value) ?? value.toString()
  const { letters = '', bits } = kind
  const named = [...letters].filter((_, i) => ((value >> BigInt(bits - 1 - i)) & 1n) === 1n).join('')
  if (named.includes('.')) return value.toString()
  return named || 'none'
}
