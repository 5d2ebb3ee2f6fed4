import { integerPattern } from '../units/integer.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { type FieldKind, parseLiteral } from './literal.js'
import type { Reference } from './model.js'

export const namePattern = '[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z0-9_]+)*'
const numberPattern = `(${integerPattern}|2\\^[0-9]+)`
/** For editors, which need not know the address that may stand at the end. */
export const referencePattern = `^= *${namePattern}( *\\* *${numberPattern})?( *[+-] *\\S+)?$`

export const isReference = (input: unknown): input is string =>
  typeof input === 'string' && input.trimStart().startsWith('=')

const howTo = 'write `=name`, `=name.part`, or with more: `=name * 256 + 10.0.0.0`'

/** `=NAME[.PART] [* N] [+|- N or address]`; N may be a power: 2^64 from one IPv6 subnet to the next. */
export function parseReference(kind: FieldKind, text: string): Parsed<Reference> {
  const form = new RegExp(`^=\\s*(${namePattern})\\s*(?:\\*\\s*([^\\s+-]+))?\\s*(?:([+-])\\s*(\\S+))?$`)
  const match = form.exec(text.trim())
  if (!match) return refuse('bad-value', `\`${text}\` is not a reference`, howTo)
  const [name, factor, sign, offset] = [match[1]!, ...match.slice(3)]
  const times = factor === undefined ? parsed(1n) : parseNumber(factor)
  if (!times.ok) return times
  if (times.value === 0n) return refuse('out-of-range', 'times 0 is always 0', 'write the value itself')
  const plus = offset === undefined ? parsed(0n) : parseOffset(kind, offset)
  if (!plus.ok) return plus
  return parsed({ kind: 'ref', name, times: times.value, plus: sign === '-' ? -plus.value : plus.value })
}

function parseNumber(text: string): Parsed<bigint> {
  const power = /^2\^(\d{1,3})$/.exec(text)
  if (power && Number(power[1]) < 128) return parsed(1n << BigInt(power[1]!))
  const value = new RegExp(`^${integerPattern}$`).test(text) ? BigInt(text) : undefined
  if (value !== undefined && value < 1n << 128n) return parsed(value)
  return refuse('bad-value', `\`${text}\` is not a whole number`, 'such as 256, 0x100 or 2^8')
}

/** An address is a number, too, in a field that holds one. */
function parseOffset(kind: FieldKind, text: string): Parsed<bigint> {
  const number = parseNumber(text)
  if (number.ok || kind.type === 'uint' || kind.type === 'flags') return number
  return parseLiteral(kind, text)
}

/** The text that `parseReference` reads back; `base` writes an offset as the field's values are written. */
export function formatReference({ name, times, plus }: Reference, base: (value: bigint) => string): string {
  const factor = times === 1n ? '' : ` * ${times}`
  if (plus === 0n) return `=${name}${factor}`
  return `=${name}${factor} ${plus < 0n ? `- ${-plus}` : `+ ${base(plus)}`}`
}
