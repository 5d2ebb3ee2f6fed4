import { integerPattern } from '../units/integer.js'
import { define, setsJson } from './generator-json.js'

type Json = Record<string, unknown>

const address = '[0-9a-fA-F:.]+'
const value = {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: `^(${integerPattern}|${address})$` },
  ],
}
const range = {
  type: 'string',
  pattern: `^(${integerPattern} *- *${integerPattern}|${address}(/[0-9]{1,3}| *- *${address}))$`,
  examples: ['0-999999', '198.18.0.0/19', '2001:2::/64'],
}
const { ranges, not } = setsJson('variable', range, value.anyOf)
const every = { $ref: '#/definitions/every' }
const step = { $ref: '#/definitions/step' }
const exponent = { $ref: '#/definitions/exponent' }

const long = (properties: Json): Json => ({ type: 'object', properties, additionalProperties: false })

/** One part of a joint domain: more than a range, it may be one value. */
const part = define('variablePart', {
  anyOf: [...value.anyOf, ranges, { ...long({ range: ranges, not }), required: ['range'] }],
})

const drawn = (description: string, options: Json = {}): Json => ({
  description: `${description} A map of parts stands for all their combinations.`,
  anyOf: [
    ranges,
    { ...long({ range: ranges, not, every, ...options }), required: ['range'] },
    {
      type: 'object',
      properties: { every, ...options, range: false },
      additionalProperties: part,
      minProperties: 1,
    },
  ],
})

const weights = { $ref: '#/definitions/weights' }
const list = { type: 'array', minItems: 1, items: value }

export const variableJson: Json = {
  id: 'variable',
  anyOf: [
    value,
    {
      type: 'object',
      properties: {
        permute: drawn('Every value once, in a shuffled order, then again.'),
        inc: drawn('Counts up, the last part fastest.', { step }),
        dec: drawn('Counts down, the last part fastest.', { step }),
        random: drawn('Any value; the seed decides which.'),
        zipf: drawn('The k-th value k^exponent times as rarely as the first.', { exponent }),
        list: {
          description: 'These values in turn.',
          anyOf: [list, { ...long({ values: list, every }), required: ['values'] }],
        },
        weighted: {
          description: 'Values by their weights, e.g. {80: 1, 443: 3}.',
          anyOf: [{ ...long({ values: weights, every }), required: ['values'] }, weights],
        },
      },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
  ],
  description: 'A generator whose draw several fields share: `=name`, `=name.part`.',
}

const options = (properties: Json): Json => long({ every, ...properties })

export const pickJson: Json = {
  id: 'pick',
  anyOf: [
    { enum: ['inc', 'dec', 'random', 'permute', 'zipf'] },
    {
      type: 'object',
      properties: {
        inc: options({ step }),
        dec: options({ step }),
        random: options({}),
        permute: options({}),
        zipf: { anyOf: [exponent, options({ exponent })] },
      },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
  ],
}
