import { parseCount } from '../units/count.js'
import { parseInteger } from '../units/integer.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { isBytes, parseBytes } from './field-bytes.js'
import { type FieldKind, parseLiteral, parseRange } from './literal.js'
import type { FieldSpec, ValueSpec, YamlPath } from './model.js'
import { knownKeys, oneKey } from './one-key.js'
import { describe, isMap, parseScalar, type Report } from './problem.js'

export const generators = ['inc', 'dec', 'random', 'list', 'permute'] as const
type Generator = (typeof generators)[number]

/** A literal, or a one-key map that names a generator; a checksum may also be told how to come out. */
export function parseField(kind: FieldKind, input: unknown, report: Report): FieldSpec | undefined {
  if (isBytes(kind)) return parseBytes(kind, input, report)
  if (kind.type === 'checksum' && input === 'zero') return { kind: 'literal', value: 0n }
  if (kind.type === 'checksum' && (input === 'valid' || input === 'bad'))
    return { kind: 'checksum', mode: input }
  return parseValue(kind, input, report)
}

function parseValue(kind: FieldKind, input: unknown, report: Report): ValueSpec | undefined {
  if (isMap(input)) {
    const entry = oneKey(input, generators, 'a generator', report)
    return entry && parseGenerator(kind, entry[0] as Generator, entry[1], report)
  }
  if (Array.isArray(input)) {
    const hint = 'write `{list: [...]}` to send them in turn'
    report({
      code: 'wrong-type',
      message: 'a field holds one value or a generator, not a list',
      hint,
      path: [],
    })
    return undefined
  }
  const value = literal(kind, input, report, [])
  return value === undefined ? undefined : { kind: 'literal', value }
}

function literal(kind: FieldKind, input: unknown, report: Report, path: YamlPath): bigint | undefined {
  if (typeof input === 'number')
    return parseScalar(String(input), () => parseLiteral(kind, input), report, path)
  if (typeof input === 'string') return parseScalar(input, text => parseLiteral(kind, text), report, path)
  const hint = input === null ? 'leave the key out to keep the default' : undefined
  report({
    code: 'wrong-type',
    message: `a field holds one value or a generator, not ${describe(input)}`,
    path,
    ...(hint && { hint }),
  })
  return undefined
}

function parseGenerator(
  kind: FieldKind,
  name: Generator,
  input: unknown,
  report: Report,
): ValueSpec | undefined {
  const source = name === 'list' ? 'values' : 'range'
  const long = isMap(input)
  const known = name === 'inc' || name === 'dec' ? ['range', 'step', 'every'] : [source, 'every']
  if (long && !knownKeys(input, known, report, [name])) return undefined
  const every = long ? positive(input.every, parseEvery, report, [name, 'every']) : 1n
  const step = long && known.includes('step') ? positive(input.step, parseStep, report, [name, 'step']) : 1n
  const path = long ? [name, source] : [name]
  const given = long ? input[source] : input
  if (long && given === undefined) report({ code: 'missing-key', message: '', path })
  if (given === undefined || every === undefined || step === undefined) return undefined
  if (name === 'list') return list(kind, given, every, report, path)
  const range = rangeOf(kind, given, report, path)
  if (!range) return undefined
  return name === 'inc' || name === 'dec'
    ? { kind: name, ...range, step, every }
    : { kind: name, ...range, every }
}

function rangeOf(kind: FieldKind, input: unknown, report: Report, path: YamlPath) {
  return parseScalar(input, text => parseRange(kind, text), report, path)
}

/** Bounds what a short file can make the compiler hold. */
const maxListValues = 65_536

function list(
  kind: FieldKind,
  input: unknown,
  every: bigint,
  report: Report,
  path: YamlPath,
): ValueSpec | undefined {
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

function positive(input: unknown, parse: (text: string) => Parsed<bigint>, report: Report, path: YamlPath) {
  if (input === undefined) return 1n
  const atLeastOne = (text: string): Parsed<bigint> => {
    const result = parse(text)
    return result.ok && result.value === 0n ? refuse('out-of-range', 'this must be at least 1') : result
  }
  return parseScalar(input, atLeastOne, report, path)
}

const parseStep = (text: string): Parsed<bigint> => parseInteger(text, 64)

function parseEvery(text: string): Parsed<bigint> {
  const count = parseCount(text)
  return count.ok ? parsed(BigInt(count.value)) : count
}
