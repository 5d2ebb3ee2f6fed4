/** The JSON Schema of frame sizes, and the mixes that have a name. */
import { sizePattern } from '../units/size.js'
import { maxDatagram, maxFrame, minFrame } from './frame-size.js'
import { define } from './generator-json.js'

type Json = Record<string, unknown>

/** As the Open Traffic Generator's predefined `imix` and FD.io CSIT have it; others mean other sizes by the name. */
export const mixes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  simple: { '64B': 7, '570B': 4, '1518B': 1 },
}

const size = define('frameSize', {
  anyOf: [
    { type: 'integer', minimum: 0, maximum: maxDatagram },
    { type: 'string', pattern: sizePattern, examples: ['64B', '512B', '1518B', '9000B'] },
  ],
})

const closed = (properties: Json, required: readonly string[]): Json => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const weights = define('frameWeights', {
  type: 'object',
  propertyNames: { pattern: sizePattern },
  additionalProperties: { type: 'integer', minimum: 1 },
  minProperties: 1,
})

const range = define('frameRange', {
  anyOf: [
    { type: 'string', pattern: '^[^-]+-[^-]+$', examples: ['64B-1518B'] },
    closed({ range: { type: 'string', examples: ['64B-1518B'] }, step: size }, ['range']),
  ],
})

const genome = {
  anyOf: [
    { type: 'string', pattern: '^[A-Za-z]+$', examples: ['aaafg'] },
    closed(
      {
        sequence: { type: 'string', pattern: '^[A-Za-z]+$' },
        sizes: { type: 'object', propertyNames: { pattern: '^[A-Zz]$' }, additionalProperties: size },
      },
      ['sequence'],
    ),
  ],
}

const kinds: Json = {
  size: { description: 'Always this size; of use with `of`.', anyOf: [size] },
  imix: {
    description:
      'Sizes by weight in an exact repeating order, e.g. {64B: 7, 570B: 4, 1518B: 1}, or `simple`.',
    anyOf: [weights, { enum: Object.keys(mixes) }],
  },
  list: {
    description: 'These sizes in turn, e.g. [64B, 128B, 1518B].',
    type: 'array',
    minItems: 1,
    items: size,
  },
  weighted: {
    description: 'Sizes at random by weight, e.g. {64B: 7, 594B: 4, 1518B: 1}.',
    anyOf: [weights],
  },
  random: { description: 'Any size of the range, all equally often; the seed decides.', anyOf: [range] },
  inc: { description: 'Every size of the range in turn, then again.', anyOf: [range] },
  genome: {
    description: 'One letter for each packet (RFC 6985): a 64, b 128, c 256, d 512, e 1024, f 1280, g 1518.',
    ...genome,
  },
}

export const frameJson: Json = {
  description:
    'Frame size in bytes with the 4-byte FCS, or several and how packets take them. ' +
    `Up to ${maxFrame}B; of datagrams that \`fragment\` cuts, up to ${maxDatagram}B before it.`,
  anyOf: [
    { type: 'integer', minimum: minFrame, maximum: maxDatagram },
    { type: 'string', pattern: sizePattern, examples: ['64B', '512B', '1518B', '9000B'] },
    {
      type: 'object',
      properties: {
        ...kinds,
        of: {
          type: 'string',
          description:
            'Layer that the sizes are of, e.g. `ipv4.2`: what stands before it and the FCS come on top.',
          examples: ['ipv4', 'ipv4.2', 'payload'],
        },
      },
      oneOf: Object.keys(kinds).map(kind => ({ required: [kind] })),
      additionalProperties: false,
    },
  ],
}
