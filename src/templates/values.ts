import { formatAddress, formatAddressRange } from '../units/address.js'
import { bytesOfValue, formatBytes } from '../units/bytes.js'
import type { Field } from './header.js'
import type { FieldProgram } from './plan.js'

type Format = Pick<Field, 'type' | 'bits' | 'letters' | 'hex' | 'names'>

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
  const { op, low, size, values } = program
  // Half of a wide field is a number, not an address.
  const whole: Format = program.bits === field.bits ? field : { type: 'uint', bits: program.bits, hex: true }
  if (op === 'list')
    return values.length > 4
      ? `one after the other of ${values.length} values`
      : `one after the other of ${values.map(value => formatValue(whole, value)).join(', ')}`
  const range = size === 1n << 64n ? 'any 64 bits' : formatRange(whole, low, low + size - 1n)
  return op === 'inc' ? describeCounter(program, range) : `${op} ${range}`
}

function describeCounter({ key, size, step }: FieldProgram, range: string): string {
  const down = key === size - 1n
  const by = down ? size - step : step
  return `${down ? 'dec' : 'inc'} ${range}${by === 1n ? '' : ` step ${by}`}`
}

function formatRange(field: Format, low: bigint, high: bigint): string {
  if (field.type === 'mac' || field.type === 'ipv4' || field.type === 'ipv6')
    return formatAddressRange(field.type, { low, high })
  // The letters of a set have no order that a range could follow.
  const number: Format = field.type === 'flags' ? { type: 'uint', bits: field.bits, hex: true } : field
  return `${formatValue(number, low)}-${formatValue(number, high)}`
}
