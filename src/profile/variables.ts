import * as z from 'zod'
import type { GeneratorName } from './generator.js'
import {
  type DrawnName,
  drawn,
  generators,
  isDrawn,
  literal,
  parseGenerator,
  parseOptions,
  rangeHint,
} from './generator.js'
import type { Generator, VariablePart, VariableSpec, VariableType, YamlPath } from './model.js'
import { knownKeys, oneKey } from './one-key.js'
import { checked, isMap, type Report, type YamlMap } from './problem.js'
import { isReference } from './reference.js'
import { hintFor, nearest } from './suggest.js'
import { kindOf, parseSet } from './value-set.js'
import { sizeOf } from './variable-size.js'
import { pickJson, variableJson } from './variables-json.js'

const names = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
const variable = checked<VariableSpec>(variableJson, parseVariable)
const pick = checked<Generator>(pickJson, parsePick)

export const vars = (description: string) => z.record(names, variable).meta({ description })

export const picks = z.record(names, pick).meta({
  description:
    'Variables that this stream draws otherwise: the same set, another order, e.g. {flow: {zipf: 1.1}}.',
})

/** `=name` is not a generator: one variable that follows another would only rename it. */
function parseVariable(input: unknown, report: Report): VariableSpec | undefined {
  if (isReference(input)) {
    report({
      code: 'not-a-value',
      message: 'a variable is drawn by itself and cannot follow another',
      hint: `let a field say it: \`field: ${input.trim()}\``,
      path: [],
    })
    return undefined
  }
  if (Array.isArray(input)) {
    const hint = 'write `{list: [...]}` to send them in turn'
    report({
      code: 'wrong-type',
      message: 'a variable is one value or a generator, not a list',
      hint,
      path: [],
    })
    return undefined
  }
  if (!isMap(input)) {
    const kind = kindOf(input, report, [])
    const value = kind && literal(kind, input, report, [])
    return value === undefined
      ? undefined
      : { type: kind!.type as VariableType, value: { kind: 'literal', value } }
  }
  const entry = oneKey(input, generators, 'a generator', report)
  if (!entry) return undefined
  const [name, given] = entry as [GeneratorName, unknown]
  if (isDrawn(name) && isMap(given) && !('range' in given)) return parseJoint(name, given, report)
  const source = sourceOf(name, given)
  const kind = kindOf(source.sample, report, source.path)
  const value = kind && parseGenerator(kind, name, given, report)
  return value && { type: kind.type as VariableType, value }
}

/** What shows whether a variable is made of numbers or of addresses. */
function sourceOf(name: GeneratorName, given: unknown): { sample: unknown; path: YamlPath } {
  const key = isDrawn(name) ? 'range' : 'values'
  const long = isMap(given) && key in given
  const sample = long ? given[key] : given
  const keys = name === 'weighted' && isMap(sample) ? Object.keys(sample)[0] : sample
  return { sample: keys, path: long ? [name, key] : [name] }
}

/** `{permute: {src: 198.18.0.0/19, sport: 1024-1039}}`: all combinations; options may stand among the parts. */
function parseJoint(name: DrawnName, given: YamlMap, report: Report): VariableSpec | undefined {
  const options: readonly string[] = drawn[name]
  const written = Object.keys(given).filter(key => !options.includes(key))
  const how = parseOptions(name, given, report, [name])
  if (!written.every(part => isPartName(part, report, [name, part], options))) return undefined
  if (written.length === 0)
    report({ code: 'missing-key', message: '', hint: rangeHint, path: [name, 'range'] })
  const parts = written.map(part => parsePart(part, given[part], report, [name, part]))
  if (!how || written.length === 0 || !parts.every(part => part !== undefined)) return undefined
  const size = sizeOf(parts)
  if (size <= 1n << 64n) return { type: 'uint', value: { ...how, low: 0n, high: size - 1n }, parts }
  const message = `${size} combinations are more than 2^64`
  report({ code: 'range-too-wide', message, hint: 'make two variables of it', path: [name] })
  return undefined
}

/** A misspelt option would be taken for a part. */
function isPartName(name: string, report: Report, path: YamlPath, options: readonly string[]): boolean {
  const meant = nearest(name, ['range', ...options])
  const reserved = ['range', 'not', 'values', 'step', 'every', 'exponent']
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && meant === undefined && !reserved.includes(name)) return true
  const message = `\`${name}\` is not a name for a part, nor an option here`
  report({ code: 'unknown-key', message, hint: hintFor(name, ['range', ...options]), path, at: 'key' })
  return false
}

function parsePart(name: string, input: unknown, report: Report, path: YamlPath): VariablePart | undefined {
  const long = isMap(input)
  if (long && !knownKeys(input, ['range', 'not'], report, path)) return undefined
  const range = long ? input.range : input
  const paths = long ? { range: [...path, 'range'], not: [...path, 'not'] } : { range: path }
  const kind = kindOf(range, report, paths.range)
  // A value is a range of one: a part that is the same in every combination.
  const items =
    typeof range === 'number' || (typeof range === 'string' && !/[/-]/.test(range)) ? [range] : range
  const set = kind && parseSet(kind, { range: items, not: long ? input.not : undefined }, report, paths)
  return set && { name, type: kind.type as VariableType, ...set }
}

/** `random`, `{zipf: 1.1}`, `{inc: {step: 3, every: 4}}`: a generator without its set. */
function parsePick(input: unknown, report: Report): Generator | undefined {
  const known = Object.keys(drawn)
  if (typeof input === 'string' && isDrawn(input)) return parseOptions(input, {}, report, [])
  if (!isMap(input)) {
    report({
      code: 'bad-value',
      message: 'this must name a generator',
      hint: hintFor(String(input), known),
      path: [],
    })
    return undefined
  }
  const entry = oneKey(input, known, 'a generator', report)
  if (!entry) return undefined
  const [name, given] = entry as [DrawnName, unknown]
  if (name === 'zipf' && !isMap(given)) return parseOptions(name, { exponent: given }, report, [])
  if (!knownKeys(given, drawn[name], report, [name])) return undefined
  return parseOptions(name, given, report, [name])
}
