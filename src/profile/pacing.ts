import * as z from 'zod'
import { splitNumber } from '../units/decimal.js'
import { parseDuration } from '../units/duration.js'
import { defaultPacing, latePolicies, type Pacing, parseLate } from '../units/pacing.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { quantity } from './problem.js'
import { duration, nonZero, parseCountFrom1 } from './quantity.js'

const late = quantity(
  {
    enum: [...latePolicies],
    description:
      'What becomes of packets whose time has passed: they are sent as soon as may be (`catch-up`, default), never (`skip`), or the run ends (`fail`).',
  },
  parseLate,
)

const positiveDuration = nonZero(parseDuration)

/** As native/tx/plan.cc has it; a burst is what its loops hold. */
const maxBurst = 64
const maxCatchUp = 1000
const maxAfterNs = 3600e9

const burst = quantity(
  {
    type: 'integer',
    minimum: 1,
    maximum: maxBurst,
    description: `Packets handed over at once at most (default ${defaultPacing.burst}); 1 spreads them best and costs most.`,
  },
  (text: string): Parsed<number> => {
    const value = parseCountFrom1(text)
    if (!value.ok || value.value <= maxBurst) return value
    return refuse('out-of-range', `a burst of ${text} packets is too long`, `at most ${maxBurst}`)
  },
)

const catchUp = quantity(
  {
    type: 'number',
    minimum: 1,
    maximum: maxCatchUp,
    description: `Of \`catch-up\`: at most so many times as fast as asked (default ${defaultPacing.catchUp}).`,
  },
  (text: string): Parsed<number> => {
    const factor = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (factor > 1 && factor <= maxCatchUp) return parsed(factor)
    return refuse(
      'out-of-range',
      `nothing is caught up at \`${text}\` times the asked rate`,
      `more than 1 and at most ${maxCatchUp}`,
    )
  },
)

const tolerance = quantity(
  {
    type: 'string',
    pattern: '^[0-9][0-9_]*(\\.[0-9]+)? ?%$',
    examples: ['1%', '0.1%'],
    description: 'A run that is further from the asked rate is invalid (default 1%).',
  },
  (text: string): Parsed<number> => {
    const split = splitNumber(text)
    if (split?.unit !== '%')
      return refuse(
        'bad-unit',
        `\`${text}\` is not a part of a rate`,
        `did you mean \`${split?.digits ?? 1}%\`?`,
      )
    const part = Number(`${split.digits}e-2`)
    if (part > 0 && part < 1) return parsed(part)
    return refuse('out-of-range', `\`${text}\` is no tolerance`, 'more than 0% and less than 100%')
  },
)

const after = duration(
  'How long after its time a packet is late (default 1ms).',
  (text: string): Parsed<number> => {
    const value = positiveDuration(text)
    if (!value.ok || value.value <= maxAfterNs) return value
    return refuse('out-of-range', `\`${text}\` is later than late`, 'at most 1h')
  },
)

export const pacing = z
  .strictObject({
    late: late.optional(),
    after: after.optional(),
    catch_up: catchUp.optional(),
    burst: burst.optional(),
    tolerance: tolerance.optional(),
  })
  .meta({ description: 'What happens where the asked rate cannot be kept.' })

export function pacingOf(given: z.output<typeof pacing> = {}): Pacing {
  return {
    late: given.late ?? defaultPacing.late,
    afterNs: given.after ?? defaultPacing.afterNs,
    catchUp: given.catch_up ?? defaultPacing.catchUp,
    burst: given.burst ?? defaultPacing.burst,
    tolerance: given.tolerance ?? defaultPacing.tolerance,
  }
}
