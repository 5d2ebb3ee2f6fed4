import { durationPattern, parseDuration } from '../units/duration.js'
import type { GivenRate, Load } from '../units/load.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { parseRate, type Rate, ratePattern } from '../units/rate.js'
import { knownKeys, oneKey } from './one-key.js'
import { checked, parseScalar, type Report, type YamlMap } from './problem.js'
import { count, nonZero, parseCountFrom1 } from './quantity.js'

const rateJson = { type: 'string', pattern: ratePattern }
const durationJson = { type: 'string', pattern: durationPattern }
const shape = (description: string, properties: Record<string, unknown>, required: string[]) => ({
  description,
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

const json = (description: string) => ({
  description,
  anyOf: [
    { ...rateJson, examples: ['line', '1Mpps', '10Gbps', '10Gbps-l2', '95%'] },
    {
      type: 'object',
      properties: {
        ramp: shape(
          'Rises or falls evenly from one rate to another, and stays there.',
          { from: rateJson, to: rateJson, over: durationJson },
          ['from', 'to', 'over'],
        ),
        poisson: { ...rateJson, description: 'Random arrivals, this many on average.' },
        burst: shape(
          'Frames back to back at line speed, then a gap: `rate` on average, or one burst `every` so often.',
          { frames: count.json, rate: rateJson, every: durationJson },
          ['frames'],
        ),
      },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
  ],
})

/** A plain rate, or one of the shapes. */
export const load = (description: string) =>
  checked<Load>(json(description), (input, report) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return parseScalar(input, parseRate, report, [])
    const entry = oneKey(input as YamlMap, ['ramp', 'poisson', 'burst'], 'a shape of rate', report)
    if (!entry) return undefined
    const [kind, value] = entry
    if (kind === 'ramp') return parseRamp(value, report)
    if (kind === 'burst') return parseBurst(value, report)
    const rate = parseScalar(value, parseGiven, report, ['poisson'])
    return rate && { kind: 'poisson', rate }
  })

/** In a shape, a rate needs a number. */
function parseGiven(text: string): Parsed<GivenRate> {
  const rate = parseRate(text)
  if (!rate.ok) return rate
  if (rate.value.kind !== 'line') return parsed(rate.value)
  return refuse('bad-value', '`line` has no number, which a shape needs', 'did you mean `100%`?')
}

/** A ramp may begin with nothing. */
function parseFrom(text: string): Parsed<GivenRate> {
  const zero = /^\s*0+(?:\.0+)?\s*(.*)$/.exec(text)
  if (!zero) return parseGiven(text)
  const one = parseGiven(`1${zero[1]}`)
  return one.ok ? parsed({ ...one.value, [one.value.kind]: 0 } as GivenRate) : one
}

function parseRamp(input: unknown, report: Report): Load | undefined {
  const here = ['ramp']
  if (!knownKeys(input, ['from', 'to', 'over'], report, here)) return undefined
  const part = <T>(key: string, parse: (text: string) => Parsed<T>) =>
    required(input, key, parse, report, here)
  const from = part('from', parseFrom)
  const to = part('to', parseGiven)
  const overNs = part('over', nonZero(parseDuration, 'such as `1ms` or `60s`'))
  if (!from || !to || overNs === undefined) return undefined
  if (unitOf(from) === unitOf(to)) return { kind: 'ramp', from, to, overNs }
  report({
    code: 'bad-unit',
    message: 'a ramp has one unit: its ends must both be in packets, in bits or in percent',
    hint: howToRamp,
    path: ['ramp', 'to'],
  })
  return undefined
}

const howToRamp = 'write `{from: 10kpps, to: 1Mpps, over: 60s}`'

const unitOf = (rate: Rate): string => `${rate.kind}${rate.kind === 'bps' ? rate.layer : ''}`

function parseBurst(input: unknown, report: Report): Load | undefined {
  const here = ['burst']
  if (!knownKeys(input, ['frames', 'rate', 'every'], report, here)) return undefined
  const frames = required(input, 'frames', parseCountFrom1, report, here)
  if ('rate' in input && 'every' in input) {
    const message = 'a burst has a `rate` on average or comes `every` so often, not both'
    report({
      code: 'one-key',
      message,
      hint: 'keep one of: rate, every',
      path: ['burst', 'every'],
      at: 'key',
    })
    return undefined
  }
  if ('every' in input) {
    const everyNs = required(input, 'every', nonZero(parseDuration, 'such as `1ms` or `60s`'), report, here)
    return frames && everyNs ? { kind: 'burst', frames, everyNs } : undefined
  }
  const rate = required(input, 'rate', parseGiven, report, here)
  return frames && rate ? { kind: 'burst', frames, rate } : undefined
}

function required<T>(
  map: YamlMap,
  key: string,
  parse: (text: string) => Parsed<T>,
  report: Report,
  path: readonly string[],
): T | undefined {
  if (key in map) return parseScalar(map[key], parse, report, [...path, key])
  const hint =
    path[0] === 'ramp'
      ? howToRamp
      : 'write `{frames: 64, rate: 100kpps}`, or `every: 1ms` in place of the rate'
  report({ code: 'missing-key', message: '', hint, path: [...path, key] })
  return undefined
}
