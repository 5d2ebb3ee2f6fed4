import { type AddressKind, addressExamples } from '../units/address.js'
import { countPattern } from '../units/count.js'
import { integerPattern } from '../units/integer.js'
import { type BytesKind, isBytes } from './field-bytes.js'
import type { FieldKind } from './literal.js'

type Json = Record<string, unknown>

/** A reference to `fieldJson(kind)`, for JSON that is written by hand. */
export const fieldRef = (kind: FieldKind): Json => ({ $ref: `#/definitions/${kindName(kind)}` })

/** The JSON Schema of a field: what `parseField` reads, as far as an editor can check it. */
export function fieldJson(kind: FieldKind): Json {
  if (isBytes(kind)) return { id: kindName(kind), ...bytesJson(kind) }
  return { id: kindName(kind), anyOf: [...literals(kind), generatorJson(kind)] }
}

/** `uint16`, `mac`, `flags3RDM`: a definition's name. */
export const kindName = ({ type, bits, letters, names }: FieldKind): string =>
  type === 'uint' || type === 'checksum'
    ? `${type}${bits}${names ? `-${names.id}` : ''}`
    : type === 'flags'
      ? `flags${bits}${letters?.replaceAll('.', '_') ?? ''}`
      : type

function bytesJson({ type }: BytesKind): Json {
  if (type === 'text') return { type: 'string' }
  if (type === 'bytes') return { type: 'string', pattern: '^([0-9a-fA-F]{2} *)*$', examples: ['dead beef'] }
  return { type: 'string', pattern: '^(\\.|[!-~]+)$', examples: ['www.bench.test'] }
}

function literals({ type, bits, letters, names }: FieldKind): Json[] {
  const number = { type: 'integer', minimum: 0, maximum: 2 ** bits - 1 }
  const words = type === 'checksum' ? ['valid', 'zero', 'bad'] : Object.keys(names?.values ?? {})
  const named = words.length > 0 ? [{ enum: words }] : []
  if (type === 'uint' || type === 'checksum')
    return [...named, number, { type: 'string', pattern: `^${integerPattern}$` }]
  if (type === 'flags')
    return [
      {
        type: 'string',
        pattern: `^(none|[${letters?.replaceAll('.', '')}]+|${integerPattern})$`,
        examples: ['none'],
      },
      number,
    ]
  const patterns = {
    mac: '^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$',
    ipv4: '^[0-9]{1,3}(\\.[0-9]{1,3}){3}$',
    ipv6: '^[0-9a-fA-F:.]+$',
  }
  const address = type as AddressKind
  return [{ type: 'string', pattern: patterns[address], examples: [addressExamples[address]] }]
}

/** Parts that all kinds share; schema-json.ts puts them beside the definitions of the kinds. */
export const sharedDefinitions: Json = {
  every: {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: countPattern },
    ],
    description: 'How many consecutive packets share one value (default 1).',
  },
  step: {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: `^${integerPattern}$` },
    ],
    description: 'Distance between two values (default 1).',
  },
}

const every = { $ref: '#/definitions/every' }
const step = { $ref: '#/definitions/step' }

function generatorJson(kind: FieldKind): Json {
  const range = rangeJson(kind)
  const values = { type: 'array', minItems: 1, items: { anyOf: literals(kind) } }
  const ranged = (description: string, extra: Json = {}) => ({
    description,
    anyOf: [range, long({ range, every, ...extra }, 'range')],
  })
  const properties = {
    inc: ranged('Counts up through the range, then starts again.', { step }),
    dec: ranged('Counts down through the range, then starts again.', { step }),
    random: ranged('A random value of the range; the seed decides which.'),
    permute: ranged('Every value of the range once, in a shuffled order, then again.'),
    list: { description: 'These values in turn.', anyOf: [values, long({ values, every }, 'values')] },
  }
  return { type: 'object', properties, additionalProperties: false, minProperties: 1, maxProperties: 1 }
}

const long = (properties: Json, needed: string): Json => ({
  type: 'object',
  properties,
  required: [needed],
  additionalProperties: false,
})

function rangeJson({ type, bits }: FieldKind): Json {
  const number = `${integerPattern} *- *${integerPattern}`
  if (type === 'uint' || type === 'flags' || type === 'checksum')
    return { type: 'string', pattern: `^(any|${number})$`, examples: [`0-${2 ** bits - 1}`, 'any'] }
  const examples = {
    mac: ['02:00:00:00:00:00-02:00:00:00:00:ff'],
    ipv4: ['198.18.0.0/20', '198.18.0.1-198.18.0.99'],
    ipv6: ['2001:2::/64', '2001:2::1-2001:2::ff'],
  }
  return {
    type: 'string',
    pattern: '^(any|[0-9a-fA-F:.]+(/[0-9]{1,3}| *- *[0-9a-fA-F:.]+))$',
    examples: examples[type as AddressKind],
  }
}
