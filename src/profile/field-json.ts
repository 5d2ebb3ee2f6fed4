import { addressExamples } from '../units/address.js'
import { countPattern } from '../units/count.js'
import { integerPattern } from '../units/integer.js'
import type { FieldKind } from './literal.js'
import { referencePattern } from './reference.js'

type Json = Record<string, unknown>

/** The JSON Schema of a field: what `parseField` reads, as far as an editor can check it. */
export function fieldJson(kind: FieldKind): Json {
  return { id: kindName(kind), anyOf: [...literals(kind), reference, hashJson(kind), generatorJson(kind)] }
}

/** `uint16`, `mac`, `flags3RDM`: a definition's name. */
const kindName = ({ type, bits, letters }: FieldKind): string =>
  type === 'uint'
    ? `uint${bits}`
    : type === 'flags'
      ? `flags${bits}${letters?.replaceAll('.', '_') ?? ''}`
      : type

function literals({ type, bits, letters }: FieldKind): Json[] {
  const number = { type: 'integer', minimum: 0, maximum: 2 ** bits - 1 }
  if (type === 'uint') return [number, { type: 'string', pattern: `^${integerPattern}$` }]
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
  return [{ type: 'string', pattern: patterns[type], examples: [addressExamples[type]] }]
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
}

const reference = {
  type: 'string',
  pattern: referencePattern,
  description: 'The value of a variable or of another field: `=NAME[.PART] [* N] [+|- N or address]`.',
  examples: ['=name'],
}

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

/** A definition of its own, so that seven generators of twenty kinds do not repeat it. */
export function define(name: string, json: Json): Json {
  sharedDefinitions[name] = json
  return { $ref: `#/definitions/${name}` }
}

/** A range or a list of them, and what can be left out. */
export function setsJson(name: string, range: Json, values: readonly Json[]): { ranges: Json; not: Json } {
  const item = define(`${name}Item`, { anyOf: [range, ...values] })
  const several = { type: 'array', minItems: 1, items: item }
  const ranges = define(`${name}Ranges`, { anyOf: [range, several] })
  const description = 'Values and ranges that are left out.'
  return { ranges, not: define(`${name}Not`, { anyOf: [item, several], description }) }
}

const weights = define('weights', {
  type: 'object',
  minProperties: 1,
  propertyNames: { not: { enum: ['values', 'every'] } },
  additionalProperties: {
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: countPattern },
    ],
  },
})

function generatorJson(kind: FieldKind): Json {
  const values = { type: 'array', minItems: 1, items: { anyOf: literals(kind) } }
  const { ranges, not } = setsJson(kindName(kind), rangeJson(kind), literals(kind))
  const ranged = (description: string, extra: Json = {}) => ({
    description,
    anyOf: [ranges, long({ range: ranges, not, every, ...extra }, 'range')],
  })
  const properties = {
    inc: ranged('Counts up through the range, then starts again.', { step }),
    dec: ranged('Counts down through the range, then starts again.', { step }),
    random: ranged('A random value of the range; the seed decides which.'),
    permute: ranged('Every value of the range once, in a shuffled order, then again.'),
    zipf: ranged('The k-th value of the range k^exponent times as rarely as the first.', { exponent }),
    list: { description: 'These values in turn.', anyOf: [values, long({ values, every }, 'values')] },
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
  if (type === 'uint' || type === 'flags')
    return { type: 'string', pattern: `^(any|${number})$`, examples: [`0-${2 ** bits - 1}`, 'any'] }
  const examples = {
    mac: ['02:00:00:00:00:00-02:00:00:00:00:ff'],
    ipv4: ['198.18.0.0/20', '198.18.0.1-198.18.0.99'],
    ipv6: ['2001:2::/64', '2001:2::1-2001:2::ff'],
  }
  return {
    type: 'string',
    pattern: '^(any|[0-9a-fA-F:.]+(/[0-9]{1,3}| *- *[0-9a-fA-F:.]+))$',
    examples: examples[type],
  }
}
