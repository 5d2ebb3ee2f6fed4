/** The JSON Schema of what stands for a changing value, and the parts that it shares. */
import { type AddressKind, addressExamples } from '../units/address.js'
import { countPattern } from '../units/count.js'
import { integerPattern } from '../units/integer.js'
import type { FieldKind } from './literal.js'
import { referencePattern } from './reference.js'

type Json = Record<string, unknown>

/** Kinds whose generators are written alike share their schema: with one for each it would be ten times as long. */
type Group = AddressKind | 'number'

const groupOf = ({ type }: FieldKind): Group =>
  type === 'mac' || type === 'ipv4' || type === 'ipv6' ? type : 'number'

/** What schema-json.ts puts beside the definitions of the kinds. */
export const sharedDefinitions: Json = {}

/** A definition of its own, so that seven generators of four groups do not repeat it. */
export function define(name: string, json: Json): Json {
  sharedDefinitions[name] = json
  return { $ref: `#/definitions/${name}` }
}

export const every = define('every', {
  anyOf: [
    { type: 'integer', minimum: 1 },
    { type: 'string', pattern: countPattern },
  ],
  description: 'How many consecutive packets share one value (default 1).',
})

const step = define('step', {
  anyOf: [
    { type: 'integer', minimum: 1 },
    { type: 'string', pattern: `^${integerPattern}$` },
  ],
  description: 'Distance between two values (default 1).',
})

const exponent = define('exponent', {
  anyOf: [
    { type: 'number', exclusiveMinimum: 0, maximum: 10 },
    { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?$' },
  ],
  description: 'The k-th value comes k^exponent times as rarely as the first (default 1).',
})

const reference = define('reference', {
  type: 'string',
  pattern: referencePattern,
  description: 'The value of a variable or of another field: `=NAME[.PART] [* N] [+|- N or address]`.',
  examples: ['=name'],
})

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

/** A range or a list of them, and what can be left out. */
export function setsJson(name: string, range: Json, values: readonly Json[]): { ranges: Json; not: Json } {
  const item = define(`${name}Item`, { anyOf: [range, ...values] })
  const several = { type: 'array', minItems: 1, items: item }
  const ranges = define(`${name}Ranges`, { anyOf: [range, several] })
  const description = 'Values and ranges that are left out.'
  return { ranges, not: define(`${name}Not`, { anyOf: [item, several], description }) }
}

export function addressJson(kind: AddressKind): Json {
  const patterns = {
    mac: '^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$',
    ipv4: '^[0-9]{1,3}(\\.[0-9]{1,3}){3}$',
    ipv6: '^[0-9a-fA-F:.]+$',
  }
  return { type: 'string', pattern: patterns[kind], examples: [addressExamples[kind]] }
}

function rangeJson(group: Group): Json {
  if (group === 'number')
    return {
      type: 'string',
      pattern: `^(any|${integerPattern} *- *${integerPattern})$`,
      examples: ['0-255', 'any'],
    }
  const examples = {
    mac: ['02:00:00:00:00:00-02:00:00:00:00:ff'],
    ipv4: ['198.18.0.0/20', '198.18.0.1-198.18.0.99'],
    ipv6: ['2001:2::/64', '2001:2::1-2001:2::ff'],
  }
  return {
    type: 'string',
    pattern: '^(any|[0-9a-fA-F:.]+(/[0-9]{1,3}| *- *[0-9a-fA-F:.]+))$',
    examples: examples[group],
  }
}

/** The words and letters of a kind are not told apart in a generator. */
const valuesJson = (group: Group): Json[] =>
  group === 'number' ? [{ type: 'integer', minimum: 0 }, { type: 'string' }] : [addressJson(group)]

const long = (properties: Json, needed: string): Json => ({
  type: 'object',
  properties,
  required: [needed],
  additionalProperties: false,
})

const of = { type: 'string', description: 'A variable, its part, or another field.' }

const hashJson = (group: Group): Json => ({
  ...long({ hash: of, range: rangeJson(group) }, 'hash'),
  description: 'A fixed function of another value that looks random.',
})

function generatorJson(group: Group): Json {
  const values = { type: 'array', minItems: 1, items: { anyOf: valuesJson(group) } }
  const { ranges, not } = setsJson(group, rangeJson(group), valuesJson(group))
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

const ofGroup = (group: Group): Json[] => [
  reference,
  define(`${group}-hash`, hashJson(group)),
  define(`${group}-generator`, generatorJson(group)),
]

const defined: Readonly<Record<Group, Json[]>> = {
  mac: ofGroup('mac'),
  ipv4: ofGroup('ipv4'),
  ipv6: ofGroup('ipv6'),
  number: ofGroup('number'),
}

/** What may stand in a field of this kind besides one value. */
export const generatorsOf = (kind: FieldKind): readonly Json[] => defined[groupOf(kind)]
