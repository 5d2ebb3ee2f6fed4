import type { AddressKind } from '../units/address.js'
import { integerPattern } from '../units/integer.js'
import { type BytesKind, isBytes } from './field-bytes.js'
import { addressJson, define, generatorsOf } from './generator-json.js'
import type { FieldKind } from './literal.js'
import { stringJson } from './string-json.js'

type Json = Record<string, unknown>

/** Of any width. */
const number: Json = {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: `^${integerPattern}$` },
    ...generatorsOf({ type: 'uint', bits: 64 }),
  ],
}

/** A reference to `fieldJson(kind)`, for JSON that is written by hand. */
export const fieldRef = (kind: FieldKind): Json => ({ $ref: `#/definitions/${kindName(kind)}` })

/** The JSON Schema of a field: what `parseField` reads, as far as an editor can check it. */
export function fieldJson(kind: FieldKind): Json {
  if (isBytes(kind)) return { id: kindName(kind), anyOf: [bytesJson(kind), ...stringJson, parts] }
  return { id: kindName(kind), anyOf: [...literals(kind), ...generatorsOf(kind), parts] }
}

const part = define('part', {
  anyOf: [
    {
      type: 'object',
      description: 'How many bits, and what stands in them.',
      minProperties: 1,
      maxProperties: 1,
      propertyNames: { pattern: '^[0-9]+$' },
      additionalProperties: number,
    },
    {
      type: 'object',
      properties: {
        name: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
        bits: { type: 'integer', minimum: 1, maximum: 128 },
        value: number,
      },
      required: ['bits', 'value'],
      additionalProperties: false,
    },
  ],
})

const parts = define('parts', {
  type: 'object',
  description: 'Parts of the field, the highest bits first, each with a value of its own.',
  properties: { bits: { type: 'array', minItems: 1, items: part } },
  required: ['bits'],
  additionalProperties: false,
})

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
  const asked = type === 'mac' ? [{ const: 'resolve', description: 'Asked for when the run starts.' }] : []
  return [...asked, addressJson(type as AddressKind)]
}
