import { type AddressKind, addressExamples } from '../units/address.js'
import { countPattern } from '../units/count.js'
import { integerPattern } from '../units/integer.js'
import { type BytesKind, isBytes } from './field-bytes.js'
import type { FieldKind } from './literal.js'
import { referencePattern } from './reference.js'

type Json = Record<string, unknown>

/** A reference to `fieldJson(kind)`, for JSON that is written by hand. */
export const fieldRef = (kind: FieldKind): Json => ({ $ref: `#/definitions/${kindName(kind)}` })

/** The JSON Schema of a field: what `parseField` reads, as far as an editor can check it. */
export function fieldJson(kind: FieldKind): Json {
  if (isBytes(kind)) return { id: kindName(kind), ...bytesJson(kind) }
  return { id: kindName(kind), anyOf: [...literals(kind), ...varying(groupOf(kind))] }
}

/** Kinds whose generators are written alike share their schema: with one for each it would be ten times as long. */
type Group = AddressKind | 'number'

const groups: Readonly<Record<Group, FieldKind>> = {
  mac: { type: 'mac', bits: 48 },
  ipv4: { type: 'ipv4', bits: 32 },
  ipv6: { type: 'ipv6', bits: 128 },
  number: { type: 'uint', bits: 64 },
}

const groupOf = ({ type }: FieldKind): Group => (type in groups ? (type as AddressKind) : 'number')

const varying = (group: Group): Json[] =>
  ['reference', `${group}-hash`, `${group}-generator`].map(name => ({ $ref: `#/definitions/${name}` }))

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
  exponent: {
    anyOf: [
      { type: 'number', exclusiveMinimum: 0, maximum: 10 },
      { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?$' },
    ],
    description: 'The k-th value comes k^exponent times as rarely as the first (default 1).',
  },
  reference: {
    type: 'string',
    pattern: referencePattern,
    description: 'The value of a variable or of another field: `=NAME[.PART] [* N] [+|- N or address]`.',
    examples: ['=name'],
  },
}

/** Of each group: `number-generator`, `number-hash`, ... */
export const groupDefinitions = (): Json =>
  Object.fromEntries(
    Object.entries(groups).flatMap(([group, kind]) => [
      [`${group}-hash`, hashJson(kind)],
      [`${group}-generator`, generatorJson(kind)],
    ]),
  )

/** In a generator; the words and letters of a kind are not told apart there. */
const values = (kind: FieldKind): Json[] =>
  groupOf(kind) === 'number' ? [{ type: 'integer', minimum: 0 }, { type: 'string' }] : literals(kind)

const hashJson = (kind: FieldKind): Json => ({
  type: 'object',
  properties: {
    hash: { type: 'string', description: 'A variable, its part, or another field.' },
    range: rangeJson(kind),
  },
  required: ['hash'],
  additionalProperties: false,
  description: 'A fixed function of another value that looks random.',
})

const every = { $ref: '#/definitions/every' }
const step = { $ref: '#/definitions/step' }
const exponent = { $ref: '#/definitions/exponent' }

function generatorJson(kind: FieldKind): Json {
  const range = rangeJson(kind)
  const inTurn = { type: 'array', minItems: 1, items: { anyOf: values(kind) } }
  const item = { anyOf: [range, ...values(kind)] }
  const several = { type: 'array', minItems: 1, items: item }
  const ranges = { anyOf: [range, several] }
  const not = { anyOf: [...item.anyOf, several], description: 'Values and ranges that are left out.' }
  const weights = {
    type: 'object',
    minProperties: 1,
    propertyNames: { not: { enum: ['values', 'every'] } },
    additionalProperties: {
      anyOf: [
        { type: 'integer', minimum: 0 },
        { type: 'string', pattern: countPattern },
      ],
    },
  }
  const ranged = (description: string, extra: Json = {}) => ({
    description,
    anyOf: [range, several, long({ range: ranges, not, every, ...extra }, 'range')],
  })
  const properties = {
    inc: ranged('Counts up through the range, then starts again.', { step }),
    dec: ranged('Counts down through the range, then starts again.', { step }),
    random: ranged('A random value of the range; the seed decides which.'),
    permute: ranged('Every value of the range once, in a shuffled order, then again.'),
    zipf: ranged('The k-th value of the range k^exponent times as rarely as the first.', { exponent }),
    list: {
      description: 'These values in turn.',
      anyOf: [inTurn, long({ values: inTurn, every }, 'values')],
    },
    weighted: {
      description: 'Values by their weights, e.g. {80: 1, 443: 3}: the second three times as often.',
      anyOf: [weights, long({ values: weights, every }, 'values')],
    },
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
