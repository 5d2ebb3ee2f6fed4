import { parseCount } from '../units/count.js'
import { type Parsed, refuse } from '../units/parsed.js'
import { type FieldKind, formatLiteral, parseLiteral } from './literal.js'
import type { ValueSpec, YamlPath } from './model.js'
import { describe, isMap, parseScalar, type Report, type YamlMap } from './problem.js'

/** Columns of an alias table, which must stay in a cache to be of use. */
const maxWeights = 65_536

type Weighted = Extract<ValueSpec, { kind: 'weighted' }>

/** `{80: 1, 443: 3}`: each value of the field, and how much more often than another it comes. */
export function parseWeights(
  kind: FieldKind,
  input: unknown,
  every: bigint,
  report: Report,
  path: YamlPath,
): Weighted | undefined {
  const names = isMap(input) ? Object.keys(input) : []
  if (!isMap(input) || names.length === 0 || names.length > maxWeights) {
    const message = isMap(input)
      ? `1 to ${maxWeights} values can have weights, not ${names.length}`
      : `this must be a map of values and their weights, not ${describe(input)}`
    report({
      code: isMap(input) ? 'out-of-range' : 'wrong-type',
      message,
      hint: 'write `{80: 1, 443: 3}`',
      path,
    })
    return undefined
  }
  const entries = names.map(name => entry(kind, name, input, report, path))
  if (!entries.every(one => one !== undefined)) return undefined
  return isUnique(kind, entries, report, path) && isPositive(entries, report, path)
    ? { kind: 'weighted', ...sorted(entries), every }
    : undefined
}

interface Entry {
  name: string
  value: bigint
  weight: bigint
}

function entry(
  kind: FieldKind,
  name: string,
  map: YamlMap,
  report: Report,
  path: YamlPath,
): Entry | undefined {
  const here = [...path, name]
  const value = parseScalar(
    name,
    text => parseLiteral(kind, text),
    problem => report({ ...problem, at: 'key' }),
    here,
  )
  const weight = parseScalar(map[name], parseWeight, report, here)
  return value === undefined || weight === undefined ? undefined : { name, value, weight: BigInt(weight) }
}

function parseWeight(text: string): Parsed<number> {
  const count = parseCount(text)
  return count.ok ? count : refuse(count.code, `\`${text}\` is not a weight`, 'a whole number from 0')
}

function isUnique(kind: FieldKind, entries: readonly Entry[], report: Report, path: YamlPath): boolean {
  const first = new Map<bigint, string>()
  for (const { name, value } of entries) {
    if (first.has(value)) {
      const message = `\`${name}\` is \`${first.get(value)}\` again`
      const hint = `give ${formatLiteral(kind, value)} one weight`
      report({ code: 'duplicate-key', message, hint, path: [...path, name], at: 'key' })
      return false
    }
    first.set(value, name)
  }
  return true
}

function isPositive(entries: readonly Entry[], report: Report, path: YamlPath): boolean {
  if (entries.some(({ weight }) => weight > 0n)) return true
  report({ code: 'bad-weights', message: 'all weights are 0', hint: 'one value at least needs more', path })
  return false
}

/** YAML maps have no order that could be relied on; the same weights send the same packets. */
function sorted(entries: readonly Entry[]): Pick<Weighted, 'values' | 'weights'> {
  const ordered = [...entries].sort((a, b) => (a.value < b.value ? -1 : 1))
  return { values: ordered.map(({ value }) => value), weights: ordered.map(({ weight }) => weight) }
}
