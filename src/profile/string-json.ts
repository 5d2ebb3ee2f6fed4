/** The JSON Schema of texts with places that vary: what `parseString` reads. */
import { alphabets } from '../units/alphabets.js'
import { define, every, generatorsOf } from './generator-json.js'

const size = { type: 'integer', minimum: 0, maximum: 65_000 }

const length = define('length', {
  description: 'How long: one length, or in each packet one of several.',
  anyOf: [
    size,
    { type: 'string', pattern: '^[0-9]+( *- *[0-9]+)?$', examples: ['8-24'] },
    {
      type: 'object',
      properties: {
        list: { type: 'array', minItems: 1, items: size },
        weighted: {
          type: 'object',
          minProperties: 1,
          propertyNames: { pattern: '^[0-9]+$' },
          additionalProperties: { type: 'integer', minimum: 0 },
        },
      },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
  ],
})

const characters = define('characters', {
  type: 'object',
  properties: {
    random: { enum: Object.keys(alphabets), description: 'What each character is drawn from.' },
    length,
    every,
  },
  required: ['random', 'length'],
  additionalProperties: false,
})

const value = { anyOf: generatorsOf({ type: 'uint', bits: 64 }) }

const number = define('digits', {
  type: 'object',
  properties: {
    number: { description: 'A generator that counts from 0, a list, or a variable of that kind.', ...value },
    digits: { type: 'integer', minimum: 1, maximum: 20, description: 'With zeros in front.' },
    base: { enum: ['decimal', 'hex'] },
  },
  required: ['number'],
  additionalProperties: false,
})

const place = define('place', {
  description: 'A place in the text: random characters, or the digits of a number.',
  anyOf: [characters, number, ...generatorsOf({ type: 'uint', bits: 64 })],
})

const template = (key: 'text' | 'bytes', description: string) => ({
  type: 'object',
  properties: { [key]: { type: 'string', description } },
  required: [key],
  additionalProperties: place,
})

/** What may stand for a text or for bytes besides the text itself. */
export const stringJson = [
  characters,
  define('text-template', template('text', 'The text; `{name}` stands for a place that varies.')),
  define(
    'bytes-template',
    template('bytes', 'Bytes in hexadecimal; `{name}` stands for a place that varies.'),
  ),
]
