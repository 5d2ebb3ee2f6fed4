import { formatAddress, formatAddressRange } from '../units/address.js'
import { bytesOfValue, formatBytes } from '../units/bytes.js'
import type { Field } from './header.js'
import type { FieldProgram } from './plan.js'

export type Format = Pick<Field, 'type' | 'bits' | 'letters' | 'hex' | 'names'>

/** A field's value as a person reads it: addresses, flag letters, hexadecimal where it is usual. */
export function formatValue(field: Format, value: bigint): string {
  if (field.type === 'flags') return formatFlags(field.letters ?? '', value)
  if (field.type === 'bytes' || field.type === 'text' || field.type === 'name')
    return formatBytes(field.type, bytesOfValue(value, field.bits))
  if (field.type !== 'uint' && field.type !== 'checksum') return formatAddress(field.type, value)
  const named = Object.entries(field.names?.values ?? {}).find(([, number]) => number === value)
  if (named) return named[0]
  return field.hex ? `0x${value.toString(16).padStart(Math.ceil(field.bits / 4), '0')}` : value.toString()
}

/** `SA` for SYN and ACK, `-` for none; a bit without a letter shows as its number, so that nothing is hidden. */
function formatFlags(letters: string, value: bigint): string {
  const bits = [...letters].map((letter, i) => ({ letter, weight: 1n << BigInt(letters.length - 1 - i) }))
  const set = bits.filter(({ weight }) => (value & weight) !== 0n)
  return set.map(({ letter, weight }) => (letter === '.' ? `+${weight}` : letter)).join('') || '-'
}

/** What a field program does, in one phrase: `random 1024-65535`, `inc 198.18.0.0/16, each for 4 packets`. */
export function describeProgram(program: FieldProgram, field: Format): string {
  const every = program.every === 1n ? '' : `, each for ${program.every} packets`
  return `${describeValues(program, field)}${every}`
}

function describeValues(program: FieldProgram, field: Format): string {
  const { follows, hash, digit, op } = program
  if (hash) return `a hash of ${follows}, ${describeHash(program, field)}`
  const set = describeSet(program, field)
  const draw = op === 'list' || op === 'weighted' ? set : `${nameOf(program)} ${set}${stepOf(program)}`
  if (follows === null) return draw
  return digit ? `=${follows}, ${nameOf(program)} ${combinations(program)}: ${set}` : `=${follows}, ${draw}`
}

const combinations = ({ size }: FieldProgram): string => `${size} combinations`

const isDown = ({ key, size }: FieldProgram): boolean => key === size - 1n && size > 1n

/** As the profile calls it. */
const nameOf = (program: FieldProgram): string =>
  program.op === 'inc' ? (isDown(program) ? 'dec' : 'inc') : program.op

function stepOf(program: FieldProgram): string {
  const by = isDown(program) ? program.size - program.step : program.step
  return program.op !== 'inc' || by === 1n ? '' : ` step ${by}`
}

/** Half of a wide field is a number, not an address. */
const wholeOf = ({ bits }: FieldProgram, field: Format): Format =>
  bits === field.bits ? field : { type: 'uint', bits, hex: true }

function describeHash(program: FieldProgram, field: Format): string {
  const { size, low, scale } = program.hash!
  return program.high || scale !== 1n
    ? `${size} values`
    : formatRange(wholeOf(program, field), low, low + size - 1n)
}

function describeSet(program: FieldProgram, field: Format): string {
  const { op, values, segments, scale, low, high, size, digit } = program
  const characters = charactersOf(program, field)
  if (characters !== null) return characters
  const whole = wholeOf(program, field)
  const count = digit ? digitCount(program) : size
  if (values.length > 0)
    return describeTable(
      op,
      values.map(value => formatValue(whole, value)),
    )
  if (high || segments.length > 0 || scale !== 1n || size > 1n << 64n) return `${count} values`
  if (count === 1n << 64n) return 'any 64 bits'
  const most = (1n << BigInt(program.bits)) - 1n
  // What wraps at the width of the field has no ends.
  return low + count - 1n > most ? `${count} values` : formatRange(whole, low, low + count - 1n)
}

/** Of a text: `a-z`, `0-9a-f`. */
function charactersOf({ bits, values, low, size, digit }: FieldProgram, { type }: Format): string | null {
  if (bits !== 8 || (type !== 'name' && type !== 'text' && type !== 'bytes')) return null
  const count = digit ? digit.mod : size
  const drawn = values.length > 0 ? values : Array.from({ length: Number(count) }, (_, i) => low + BigInt(i))
  const codes = [...new Set(drawn.map(Number))].sort((a, b) => a - b)
  if (codes.length > 128 || codes.some(code => code < 0x20 || code > 0x7e)) return null
  const starts = codes.filter(code => !codes.includes(code - 1))
  const ends = codes.filter(code => !codes.includes(code + 1))
  return starts.map((code, i) => `${letter(code)}${ends[i] === code ? '' : `-${letter(ends[i]!)}`}`).join('')
}

const letter = (code: number): string => String.fromCharCode(code)

const digitCount = ({ digit, size }: FieldProgram): bigint =>
  digit!.mod === 0n ? (size + digit!.div - 1n) / digit!.div : digit!.mod

function describeTable(op: FieldProgram['op'], values: readonly string[]): string {
  const few = values.length > 4 ? `${values.length} values` : values.join(', ')
  if (op === 'list') return `one after the other of ${few}`
  return op === 'weighted' ? `by weight of ${few}` : few
}

function formatRange(field: Format, low: bigint, high: bigint): string {
  if (field.type === 'mac' || field.type === 'ipv4' || field.type === 'ipv6')
    return formatAddressRange(field.type, { low, high })
  // The letters of a set have no order that a range could follow.
  const number: Format = field.type === 'flags' ? { type: 'uint', bits: field.bits, hex: true } : field
  return `${formatValue(number, low)}-${formatValue(number, high)}`
}
