import { z } from 'zod'
import { countPattern, parseCount } from '../units/count.js'
import { durationPattern, parseDuration } from '../units/duration.js'
import { parseInteger } from '../units/integer.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { parseRate, ratePattern } from '../units/rate.js'
import { cores } from './cores.js'
import { expectation } from './expectation.js'
import { frame } from './frame.js'
import { layer } from './layer.js'
import { nameSchema, parseName, port } from './port.js'
import { checked, parseScalar, quantity } from './problem.js'
import { safety } from './safety.js'
import { picks, vars } from './variables.js'

/** Refuses 0, where 0 would mean a run that does nothing. */
const nonZero =
  (parse: (text: string) => Parsed<number>) =>
  (text: string): Parsed<number> => {
    const result = parse(text)
    return result.ok && result.value === 0 ? refuse('out-of-range', 'this must be more than 0') : result
  }

const rate = quantity(
  {
    type: 'string',
    pattern: ratePattern,
    examples: ['line', '1Mpps', '10Gbps', '10Gbps-l2', '95%'],
    description: '`line` (default), packets or bits per second (layer 1, or `-l2`), or a share of the link.',
  },
  parseRate,
)

const count = quantity(
  {
    anyOf: [
      { type: 'integer', minimum: 1 },
      { type: 'string', pattern: countPattern, examples: ['1M'] },
    ],
    description: 'Frames to send in all; without it, until the duration ends.',
  },
  nonZero(parseCount),
)

const duration = quantity(
  {
    type: 'string',
    pattern: durationPattern,
    examples: ['10s', '500ms', '5m'],
    description: 'How long to send; without it, until Ctrl-C or every count is reached.',
  },
  nonZero(parseDuration),
)

/** 53 bits: what JSON and YAML tools carry without loss. */
const seed = quantity(
  {
    type: 'integer',
    minimum: 0,
    description: 'Decides every random value; the same seed sends the same packets (default 1).',
  },
  (text: string): Parsed<number> => {
    const value = parseInteger(text, 53)
    return value.ok ? parsed(Number(value.value)) : value
  },
)

const portRef = (description: string) =>
  checked<string>({ type: 'string', description }, (input, report) =>
    parseScalar(input, text => parseName(text, 'port'), report, []),
  )

export const streamSchema = z.strictObject({
  name: nameSchema('stream'),
  frame,
  layers: z.array(layer).min(1).meta({ description: 'Headers from the outside in; each is a one-key map.' }),
  vars: vars('Variables of this stream alone; they hide those of the profile.').optional(),
  pick: picks.optional(),
  rate: rate.prefault('line'),
  count: count.optional(),
  tx: portRef('Port that sends (default: the first port).').optional(),
  rx: portRef('Port that receives (default: the sending port if it is a loop, else none).').optional(),
  signature: z
    .boolean()
    .default(true)
    .meta({ description: 'Mark frames in the payload so that a receiver can count and time them.' }),
})

const ports = z
  .record(z.string().regex(/^[A-Za-z0-9_-]+$/), port)
  .meta({ minProperties: 1, description: 'Name of each port, and where it is: backend:device.' })

export const profileSchema = z.strictObject({
  version: z.literal(1).meta({ description: 'Version of this format.' }),
  name: nameSchema('profile'),
  description: z.string().optional().meta({ description: 'What the profile is for.' }),
  seed: seed.prefault(1),
  ports: ports.prefault({ a: 'loop:lab' }),
  duration: duration.optional(),
  cores: cores.optional(),
  vars: vars('Variables that the fields of all streams can refer to: `=name`, `=name.part`.').optional(),
  streams: z
    .array(streamSchema)
    .min(1)
    .max(65_535)
    .meta({ description: 'What is sent; all streams at the same time.' }),
  expect: z
    .array(expectation)
    .default([])
    .meta({ description: 'What must hold at the end for the run to pass.' }),
  safety: safety.prefault({}),
})

/** A profile that has the right shape; names are not looked up yet. */
export type ProfileShape = z.output<typeof profileSchema>
