import { countPattern, parseCount } from '../units/count.js'
import { splitNumber } from '../units/decimal.js'
import { durationPattern, parseDuration } from '../units/duration.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { checked, parseScalar, quantity } from './problem.js'

/** Refuses 0, where 0 would mean a run that does nothing. */
export const nonZero =
  (parse: (text: string) => Parsed<number>, hint?: string) =>
  (text: string): Parsed<number> => {
    const result = parse(text)
    if (!result.ok || result.value !== 0) return result
    return refuse('out-of-range', 'this must be more than 0', hint)
  }

const noLimit = 'leave the key out for no limit'

export const parseCountFrom1 = nonZero(parseCount, '1 or more')

const countJson = {
  anyOf: [
    { type: 'integer', minimum: 1 },
    { type: 'string', pattern: countPattern, examples: ['1M'] },
  ],
}

export const count = {
  json: countJson,
  schema: (description: string) => quantity({ ...countJson, description }, nonZero(parseCount, noLimit)),
}

export const duration = (description: string, parse = nonZero(parseDuration, noLimit)) =>
  quantity({ type: 'string', pattern: durationPattern, examples: ['10s', '500ms', '5m'], description }, parse)

const maxRunLength = 65_536

export const runLength = quantity(
  {
    type: 'integer',
    minimum: 1,
    maximum: maxRunLength,
    description: 'Packets of one stream that stand together before the next stream has its turn (default 1).',
  },
  (text: string): Parsed<number> => {
    const value = parseCountFrom1(text)
    if (!value.ok || value.value <= maxRunLength) return value
    return refuse('out-of-range', `a run of ${text} packets is too long`, `at most ${maxRunLength}`)
  },
)

/** As native/tx/plan.cc has it. */
const maxSample = 1_000_000

export const sample = quantity(
  {
    type: 'integer',
    minimum: 1,
    maximum: maxSample,
    description:
      'One packet in so many is sent alone, so that its stamp waits for no burst, and only those are timed (default: all are, sent in bursts).',
  },
  (text: string): Parsed<number> => {
    const value = parseCountFrom1(text)
    if (!value.ok || value.value <= maxSample) return value
    return refuse('out-of-range', `one packet in ${text} is too few to be timed`, `at most ${maxSample}`)
  },
)

/** `80%` of a total. */
export function parseShare(text: string): Parsed<number> {
  const split = splitNumber(text)
  if (split?.unit !== '%')
    return refuse('bad-unit', `\`${text}\` is not a share`, `did you mean \`${split?.digits ?? 50}%\`?`)
  const percent = Number(split.digits)
  if (percent > 0 && percent <= 100) return parsed(percent)
  return refuse('out-of-range', `\`${text}\` is not a share`, 'more than 0% and at most 100%')
}

export const share = quantity(
  {
    type: 'string',
    pattern: '^[0-9][0-9_]*(\\.[0-9]+)? ?%$',
    examples: ['80%'],
    description: "Part of the profile's `rate`, instead of a rate of its own.",
  },
  parseShare,
)

const namesJson = {
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
}

/** One name or several. */
export const names = (description: string) =>
  checked<readonly string[]>({ ...namesJson, description }, (input, report) => {
    if (!Array.isArray(input)) {
      const name = parseScalar(input, text => parsed(text), report, [])
      return name === undefined ? undefined : [name]
    }
    if (input.length === 0)
      report({ code: 'out-of-range', message: 'this list is empty', hint: 'leave the key out', path: [] })
    const names = input.flatMap((item, i) => parseScalar(item, text => parsed(text), report, [i]) ?? [])
    return names.length === input.length && names.length > 0 ? names : undefined
  })
