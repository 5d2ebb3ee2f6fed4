import { parseInteger } from '../units/integer.js'
import type { FieldKind } from './literal.js'
import type { FieldPart, PartsSpec, ValueSpec } from './model.js'
import { onlyKeys } from './one-key.js'
import { describe, isMap, type Report, within, type YamlMap } from './problem.js'

type ParseValue = (kind: FieldKind, input: unknown, report: Report) => ValueSpec | undefined

/** Two field programs write a part; a longer one is several. */
const mostBits = 128
const howTo = 'write `{bits: [{16: 0x2001}, {16: {random: any}}]}`, or `{name: id, bits: 16, value: 7}`'

/** `{bits: [{8: 0x12}, {name: low, bits: 12, value: {random: any}}]}`: the highest bits first. */
export function parseParts(
  kind: FieldKind,
  input: YamlMap,
  parseValue: ParseValue,
  report: Report,
): PartsSpec | undefined {
  if (!onlyKeys(input, ['bits'], report)) return undefined
  const wrong = (message: string, hint?: string) => {
    report({ code: 'bad-parts', message, path: ['bits'], ...(hint !== undefined && { hint }) })
    return undefined
  }
  if (!Array.isArray(input.bits) || input.bits.length === 0 || input.bits.length > 4096)
    return wrong(`this must be a list of parts, not ${describe(input.bits)}`, howTo)
  const parts = input.bits.map((item, i) => {
    return parsePart(String(i + 1), item, parseValue, within(report, ['bits', i]))
  })
  if (!parts.every(part => part !== undefined)) return undefined
  const twice = parts.find(({ name }, i) => parts.findIndex(other => other.name === name) < i)
  if (twice) return wrong(`two parts are called \`${twice.name}\``, 'give each a name of its own')
  const bits = parts.reduce((sum, part) => sum + part.bits, 0)
  // Of a field that has no fixed width, what it has is known once it is laid out.
  const [fits, needed] = isOpen(kind) ? [bits % 8 === 0, 'whole bytes'] : [bits <= kind.bits, `${kind.bits}`]
  if (fits) return { kind: 'parts', parts }
  return wrong(
    `the parts have ${bits} bits together, not ${needed}`,
    'the highest bits first, and all of them',
  )
}

/** As long as it is given. */
const isOpen = ({ type }: FieldKind): boolean => type === 'bytes' || type === 'text' || type === 'name'

/** `{12: VALUE}` or `{name: NAME, bits: 12, value: VALUE}`. */
function parsePart(
  number: string,
  item: unknown,
  parseValue: ParseValue,
  report: Report,
): FieldPart | undefined {
  if (!isMap(item)) {
    report({ code: 'bad-parts', message: `a part is a map, not ${describe(item)}`, hint: howTo, path: [] })
    return undefined
  }
  const [key = ''] = Object.keys(item)
  const short = Object.keys(item).length === 1 && /^\d+$/.test(key)
  if (!short && !onlyKeys(item, ['name', 'bits', 'value'], report)) return undefined
  const bits = parseInteger(String(short ? key : item.bits), 16)
  if (!bits.ok || bits.value < 1n || bits.value > mostBits) {
    const message = `a part has 1 to ${mostBits} bits, not \`${short ? key : String(item.bits)}\``
    report({ code: 'bad-parts', message, hint: howTo, path: short ? [key] : ['bits'] })
    return undefined
  }
  const name = item.name === undefined || short ? number : String(item.name)
  if (name !== number && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    report({
      code: 'bad-value',
      message: `\`${name}\` is not a name`,
      hint: 'letters, digits, `_`',
      path: ['name'],
    })
    return undefined
  }
  const where = short ? key : 'value'
  const value = parseValue({ type: 'uint', bits: Number(bits.value) }, item[where], within(report, [where]))
  return value && { name, bits: Number(bits.value), value }
}
