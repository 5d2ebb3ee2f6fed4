/** `find:` — what `nmgen find` looks for in this profile: the values of its options, kept as they are written. */
import * as z from 'zod'
import { countPattern, parseCount } from '../units/count.js'
import { durationPattern, parseDuration } from '../units/duration.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { parseRate, ratePattern } from '../units/rate.js'
import { type Direction, directions, methods, presetNames } from '../units/search.js'
import { parseSize } from '../units/size.js'
import { parseExpectation } from './expectation.js'
import type { Expectation, FindSpec } from './model.js'
import { checked, describe, isMap, parseScalar, quantity } from './problem.js'
import { names, nonZero } from './quantity.js'

/** RFC 2544 section 9.1 and RFC 8219 section 5.1.1, frames of Ethernet with their FCS. */
const SIZES: Readonly<Record<string, readonly number[]>> = {
  rfc2544: [64, 128, 256, 512, 1024, 1280, 1518],
  rfc8219: [64, 128, 256, 512, 768, 1024, 1280, 1518, 1522, 2048, 4096, 8192, 9216],
}

const oneOf =
  <T extends string>(words: readonly T[], what: string) =>
  (text: string): Parsed<T> => {
    const found = words.find(word => word === text)
    return found === undefined
      ? refuse('bad-value', `\`${text}\` is no ${what}`, `there are ${words.join(', ')}`)
      : parsed(found)
  }

const all = <T>(texts: readonly string[], parse: (text: string) => Parsed<T>): Parsed<T[]> => {
  const results = texts.map(text => parse(text.trim()))
  const wrong = results.find(result => !result.ok)
  return wrong && !wrong.ok ? wrong : parsed(results.flatMap(result => (result.ok ? [result.value] : [])))
}

export function parseWidth(text: string): Parsed<number> {
  const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1]
  const width = percent === undefined ? Number.NaN : Number(`${percent}e-2`)
  return width > 0 && width < 1
    ? parsed(width)
    : refuse('bad-value', `\`${text}\` is not a width`, 'write `0.5%`')
}

/** `64,512`, or the sizes of an RFC; as `--set` takes them. */
export function parseSizes(text: string): Parsed<string[]> {
  const known = SIZES[text]
  if (known) return parsed(known.map(size => `${size}B`))
  const sizes = text.split(',').map(size => (/^\d+$/.test(size.trim()) ? `${size.trim()}B` : size.trim()))
  const found = all(sizes, parseSize)
  return found.ok ? parsed(sizes) : found
}

export const parseDirections = (text: string): Parsed<Direction[]> =>
  all(text.split(','), oneOf(directions, 'direction'))

/** `loss_ratio <= 0.5%, latency_p99_ns < 50us`: all of them must hold. */
export const parseConditions = (text: string): Parsed<Omit<Expectation, 'path'>[]> =>
  all(text.split(','), parseExpectation)

/** Checked here, and read again where options are: there is one way to read each. */
const kept =
  <T>(parse: (text: string) => Parsed<T>) =>
  (text: string): Parsed<string> => {
    const result = parse(text)
    return result.ok ? parsed(text) : result
  }

const lengths = (description: string, parse: (text: string) => Parsed<number> = parseDuration) =>
  quantity({ type: 'string', pattern: durationPattern, description }, kept(parse)).optional()

const loads = (description: string) =>
  quantity({ type: 'string', pattern: ratePattern, description }, kept(parseRate)).optional()

/** One value, or a list of them; kept as what stands between commas. */
const listed = (
  items: Record<string, unknown>,
  description: string,
  parse: (text: string) => Parsed<unknown>,
) =>
  checked<string>({ anyOf: [items, { type: 'array', items, minItems: 1 }], description }, (input, report) => {
    if (!Array.isArray(input)) return parseScalar(input, kept(parse), report, [])
    const texts = input.flatMap((item, i) => parseScalar(item, kept(parse), report, [i]) ?? [])
    if (input.length === 0)
      report({ code: 'out-of-range', message: 'this list is empty', hint: 'leave the key out', path: [] })
    return texts.length === input.length && texts.length > 0 ? texts.join(',') : undefined
  }).optional()

const goalJson = {
  type: 'string',
  examples: ['loss_ratio == 0', 'loss_ratio <= 0.5%, latency_p99_ns < 50us'],
}

/** Names and conditions; kept as `--goal` takes them. */
const goals = checked<readonly string[]>(
  {
    type: 'object',
    propertyNames: { pattern: '^[A-Za-z0-9_-]+$' },
    additionalProperties: goalJson,
    minProperties: 1,
    description:
      'What a load must meet, by name (default `ndr: loss_ratio == 0` and `pdr: loss_ratio <= 0.5%`).',
  },
  (input, report) => {
    if (!isMap(input) || Object.keys(input).length === 0) {
      const message = `goals are a map of names and conditions, not ${isMap(input) ? 'an empty one' : describe(input)}`
      report({ code: 'wrong-type', message, hint: 'write `ndr: loss_ratio == 0`', path: [] })
      return undefined
    }
    const found = Object.entries(input).flatMap(([name, conditions]) => {
      if (!/^[\w-]+$/.test(name)) {
        const message = `\`${name}\` is not a name of a goal`
        report({ code: 'bad-value', message, hint: 'letters, digits, `-` and `_`', path: [name], at: 'key' })
        return []
      }
      const text = parseScalar(conditions, kept(parseConditions), report, [name])
      return text === undefined ? [] : [`${name}: ${text}`]
    })
    return found.length === Object.keys(input).length ? found : undefined
  },
)

const positive = nonZero(parseDuration)

export const find = z
  .strictObject({
    method: quantity(
      { enum: [...methods], description: 'How the next load is chosen (default mlrsearch).' },
      oneOf(methods, 'method'),
    ).optional(),
    preset: quantity(
      {
        enum: [...presetNames],
        description: 'Lengths, sums and widths (default csit; of method rfc2544, rfc2544).',
      },
      oneOf(presetNames, 'preset'),
    ).optional(),
    goals: goals.optional(),
    width: quantity(
      { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)? ?%$', description: 'How exactly: `0.5%`.' },
      kept(parseWidth),
    ).optional(),
    trial: lengths('Length of a full trial.', positive),
    repeat: quantity(
      {
        anyOf: [
          { type: 'integer', minimum: 1 },
          { type: 'string', pattern: countPattern },
        ],
        description: 'Of bursts and latency (default 50 and 20).',
      },
      kept(nonZero(parseCount)),
    ).optional(),
    min: loads('Lowest load (default 9001pps).'),
    max: loads('Highest load, per sending port (default: what can be sent).'),
    fixed: names('Streams that keep their own rate, and whose loss is not the search’s.').optional(),
    sizes: listed(
      { type: ['string', 'integer'], examples: ['rfc2544', 'rfc8219', 64, '1518B'] },
      'Frame sizes, a search each: `rfc2544`, `rfc8219`, or a list.',
      parseSizes,
    ),
    directions: listed({ enum: [...directions] }, 'A search each, by sending port.', parseDirections),
    warm_up: lengths('Before the search (default 1s).'),
    pause: lengths('After each trial (default none; rfc2544: 5s).'),
    timeout: lengths('Of each search (default none).', positive),
  })
  .meta({
    description: 'What `nmgen find` looks for; its options have the last word. `nmgen run` ignores it.',
  })

/** Without what is not given. */
export const findSpec = (given: z.output<typeof find>): FindSpec =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

/** As a profile has it. */
export function findDocument({
  goals,
  sizes,
  directions,
  fixed,
  ...rest
}: FindSpec): Record<string, unknown> {
  return {
    ...rest,
    ...(goals && { goals: Object.fromEntries(goals.map(goal => goalPieces(goal))) }),
    ...(fixed && { fixed: [...fixed] }),
    ...(sizes !== undefined && { sizes: sizes.split(',') }),
    ...(directions !== undefined && { directions: directions.split(',') }),
  }
}

/** `pdr: loss_ratio <= 0.5%` → name and conditions. */
const goalPieces = (goal: string): [string, string] => {
  const end = goal.indexOf(':')
  return [goal.slice(0, end), goal.slice(end + 1).trim()]
}
