import { parseCount } from '../units/count.js'
import { parseInteger } from '../units/integer.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { type FieldKind, parseLiteral } from './literal.js'
import type { Drawn, Generator, YamlPath } from './model.js'
import { knownKeys } from './one-key.js'
import { describe, isMap, oneValueHint, parseScalar, type Report, type YamlMap } from './problem.js'
import { parseSet } from './value-set.js'
import { parseWeights } from './weights.js'

/** Those that draw from a range, and the options that each has beside it. */
export const drawn = {
  inc: ['step', 'every'],
  dec: ['step', 'every'],
  random: ['every'],
  permute: ['every'],
  zipf: ['exponent', 'every'],
} as const
export type DrawnName = keyof typeof drawn
export const isDrawn = (name: string): name is DrawnName => Object.hasOwn(drawn, name)

export const generators = ['inc', 'dec', 'random', 'list', 'weighted', 'permute', 'zipf'] as const
export type GeneratorName = (typeof generators)[number]

export const rangeHint = 'such as `range: 1-9`'

/** `{name: input}`, in short or with options. */
export function parseGenerator(
  kind: FieldKind,
  name: GeneratorName,
  input: unknown,
  report: Report,
): Drawn | undefined {
  if (!isDrawn(name)) return parseValues(kind, name, input, report)
  if (!isMap(input)) {
    const set = parseSet(kind, { range: input }, report, { range: [name] })
    const how = parseOptions(name, {}, report, [name])
    return set && how && { ...how, ...set }
  }
  if (!knownKeys(input, ['range', 'not', ...drawn[name]], report, [name])) return undefined
  const how = parseOptions(name, input, report, [name])
  const paths = { range: [name, 'range'], not: [name, 'not'] }
  if (input.range === undefined)
    report({ code: 'missing-key', message: '', hint: rangeHint, path: paths.range })
  const set =
    input.range === undefined
      ? undefined
      : parseSet(kind, { range: input.range, not: input.not }, report, paths)
  return set && how && { ...how, ...set }
}

/** How to draw: everything but the set. */
export function parseOptions(
  name: DrawnName,
  options: YamlMap,
  report: Report,
  path: YamlPath,
): Generator | undefined {
  const every = parseEvery(options.every, report, [...path, 'every'])
  if (name === 'inc' || name === 'dec') {
    const step = positive(options.step, parseStep, report, [...path, 'step'])
    return step === undefined || every === undefined ? undefined : { kind: name, step, every }
  }
  if (name !== 'zipf') return every === undefined ? undefined : { kind: name, every }
  const exponent = parseScalar(options.exponent ?? 1, parseExponent, report, [...path, 'exponent'])
  return exponent === undefined || every === undefined ? undefined : { kind: name, exponent, every }
}

export function parseExponent(text: string): Parsed<number> {
  const exponent = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
  if (exponent > 0 && exponent <= 10) return parsed(exponent)
  const code = Number.isNaN(exponent) ? 'bad-value' : 'out-of-range'
  return refuse(
    code,
    `\`${text}\` is not an exponent`,
    'more than 0, at most 10: 1.1 for what users like most',
  )
}

function parseValues(
  kind: FieldKind,
  name: 'list' | 'weighted',
  input: unknown,
  report: Report,
): Drawn | undefined {
  const long = isMap(input) && (name === 'list' || 'values' in input)
  if (long && !knownKeys(input, ['values', 'every'], report, [name])) return undefined
  const path = long ? [name, 'values'] : [name]
  const every = long ? parseEvery(input.every, report, [name, 'every']) : 1n
  const given = long ? input.values : input
  if (long && given === undefined)
    report({ code: 'missing-key', message: '', hint: 'such as `values: [1, 2, 3]`', path })
  if (given === undefined || every === undefined) return undefined
  if (name === 'weighted') return parseWeights(kind, given, every, report, path)
  return parseList(kind, given, every, report, path)
}

/** Bounds what a short file can make the compiler hold. */
const maxListValues = 65_536

function parseList(
  kind: FieldKind,
  input: unknown,
  every: bigint,
  report: Report,
  path: YamlPath,
): Drawn | undefined {
  if (!Array.isArray(input) || input.length === 0 || input.length > maxListValues) {
    const message = Array.isArray(input)
      ? `a list holds 1 to ${maxListValues} values, not ${input.length}`
      : `this must be a list, not ${describe(input)}`
    report({
      code: Array.isArray(input) ? 'out-of-range' : 'wrong-type',
      message,
      hint: 'write `{list: [1, 2, 3]}`',
      path,
    })
    return undefined
  }
  const values = input.map((item, i) => literal(kind, item, report, [...path, i]))
  return values.every(value => value !== undefined) ? { kind: 'list', values, every } : undefined
}

const literalHints: Readonly<Record<string, string>> = {
  null: 'leave the key out to keep the default',
  true: 'a field holds a number: `1`',
  false: 'a field holds a number: `0`',
}

export function literal(kind: FieldKind, input: unknown, report: Report, path: YamlPath): bigint | undefined {
  if (typeof input === 'number')
    return parseScalar(String(input), () => parseLiteral(kind, input), report, path)
  if (typeof input === 'string') return parseScalar(input, text => parseLiteral(kind, text), report, path)
  const hint = isMap(input) || Array.isArray(input) ? oneValueHint(input) : literalHints[String(input)]
  report({
    code: 'wrong-type',
    message: input === null ? 'a value is missing here' : `this must be one value, not ${describe(input)}`,
    path,
    ...(hint && { hint }),
  })
  return undefined
}

export function parseEvery(input: unknown, report: Report, path: YamlPath): bigint | undefined {
  return positive(input, parseHeld, report, path)
}

function positive(input: unknown, parse: (text: string) => Parsed<bigint>, report: Report, path: YamlPath) {
  if (input === undefined) return 1n
  const atLeastOne = (text: string): Parsed<bigint> => {
    const result = parse(text)
    return result.ok && result.value === 0n
      ? refuse('out-of-range', 'this must be at least 1', 'leave it out for 1')
      : result
  }
  return parseScalar(input, atLeastOne, report, path)
}

const parseStep = (text: string): Parsed<bigint> => parseInteger(text, 64)

function parseHeld(text: string): Parsed<bigint> {
  const count = parseCount(text)
  return count.ok ? parsed(BigInt(count.value)) : count
}
