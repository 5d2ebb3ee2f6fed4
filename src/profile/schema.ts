import * as z from 'zod'
import { parseDuration } from '../units/duration.js'
import { parseInteger } from '../units/integer.js'
import { type Parsed, parsed } from '../units/parsed.js'
import { captureKeys } from './capture.js'
import { cores } from './cores.js'
import { expectation } from './expectation.js'
import { find } from './find.js'
import { fragment } from './fragment.js'
import { frame } from './frame.js'
import { layer } from './layer.js'
import { lean } from './lean.js'
import { pacing } from './pacing.js'
import { nameSchema, parseName, port } from './port.js'
import { checked, parseScalar, quantity } from './problem.js'
import { count, duration, names, runLength, sample, share } from './quantity.js'
import { load } from './rate.js'
import { rewrites } from './rewrite.js'
import { safety } from './safety.js'
import { picks, vars } from './variables.js'

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

/** Worked off in the document, before anything is checked here (inherit.ts); what a capture's `set` rewrites is left. */
const inherited = {
  like: z
    .string()
    .optional()
    .meta({ description: 'Stream whose keys are taken over, but for those that this one gives itself.' }),
  set: rewrites.optional(),
}

export const streamSchema = lean(
  z.strictObject({
    name: nameSchema('stream'),
    like: inherited.like,
    set: inherited.set,
    frame: frame.optional(),
    fragment: fragment.optional(),
    layers: z
      .array(layer)
      .min(1)
      .optional()
      .meta({ description: 'Headers from the outside in; each is a one-key map.' }),
    ...captureKeys,
    vars: vars('Variables of this stream alone; they hide those of the profile.').optional(),
    pick: picks.optional(),
    rate: load(
      '`line` (default), packets or bits per second (layer 1, or `-l2`), a share of the link, or a shape.',
    ).optional(),
    share: share.optional(),
    count: count
      .schema('Frames to send in all (with `fragment`: datagrams); without it, until the duration ends.')
      .optional(),
    start: duration(
      'Wait so long: after the start of the run, or after the streams of `after` have ended.',
      parseDuration,
    ).optional(),
    for: duration('Send for so long; without it, until the duration ends.').optional(),
    after: names('Streams that must have sent all they had before this one starts.').optional(),
    account: names(
      'Results for each value of these fields, instead of by those of the profile: `vlan.priority`, a variable, `size`, `label`.',
    ).optional(),
    tx: portRef('Port that sends (default: the first port).').optional(),
    rx: portRef(
      'Port that receives, or `none` (default: the sending port if it is a loop, else `none`).',
    ).optional(),
    signature: z.boolean().optional().meta({
      description:
        'Mark frames in the payload so that a receiver can count and time them. Default: yes where this run has one, but not in captures; `true`: also for a receiver elsewhere.',
    }),
  }),
)

const matrix = z
  .record(z.string(), z.array(z.unknown()).min(1))
  .meta({ description: 'Paths as `--set` takes them, and values for each: every combination is a run.' })

const ports = z
  .record(z.string().regex(/^[A-Za-z0-9_-]+$/), port)
  .meta({ minProperties: 1, description: 'Name of each port, and where it is: backend:device.' })

export const profileSchema = z.strictObject({
  version: z.literal(1).meta({ description: 'Version of this format.' }),
  name: nameSchema('profile'),
  description: z.string().optional().meta({ description: 'What the profile is for.' }),
  seed: seed.prefault(1),
  ports: ports.prefault({ a: 'loop:lab' }),
  duration: duration('How long to send; without it, until Ctrl-C or every count is reached.').optional(),
  rate: load(
    'Of all streams together that give no rate of their own: by their `share`, else in equal parts.',
  ).optional(),
  mix: z
    .strictObject({ run_length: runLength.optional() })
    .optional()
    .meta({ description: 'How streams that share a rate take turns.' }),
  pacing: pacing.optional(),
  latency: z
    .strictObject({ sample: sample.optional() })
    .optional()
    .meta({ description: 'Of which packets latency is measured.' }),
  matrix: matrix.optional(),
  cores: cores.optional(),
  vars: vars('Variables that the fields of all streams can refer to: `=name`, `=name.part`.').optional(),
  streams: z
    .array(streamSchema)
    .min(1)
    .max(65_535)
    .meta({ description: 'What is sent; all streams at the same time.' }),
  account: names(
    'Results for each value of a field, over all streams and in each: `vlan.priority`, `ipv4.dscp`, a variable, `size`, `stream`.',
  ).optional(),
  expect: z
    .array(expectation)
    .default([])
    .meta({ description: 'What must hold at the end for the run to pass.' }),
  find: find.optional(),
  safety: safety.prefault({}),
})

/** A profile that has the right shape; names are not looked up yet. */
export type ProfileShape = z.output<typeof profileSchema>
