import type { AddressKind } from '../units/address.js'
import { integerPattern } from '../units/integer.js'
import { type BytesKind, isBytes } from './field-bytes.js'
import { addressJson, generatorsOf } from './generator-json.js'
import type { FieldKind } from './literal.js'

type Json = Record<string, unknown>

/** A reference to `fieldJson(kind)`, for JSON that is written by hand. */
export const fieldRef = (kind: FieldKind): Json => ({ $ref: `#/definitions/${kindName(kind)}` })

/** The JSON Schema of a field: what `parseField` reads, as far as an editor can check it. */
export function fieldJson(kind: FieldKind): Json {
  if (isBytes(kind)) return { id: kindName(kind), ...bytesJson(kind) }
  return { id: kindName(kind), anyOf: [...literals(kind), ...generatorsOf(kind)] }
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
  return [addressJson(type as AddressKind)]
}
