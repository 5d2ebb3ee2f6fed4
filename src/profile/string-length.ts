import { parseInteger } from '../units/integer.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { parseGenerator } from './generator.js'
import type { Length, YamlPath } from './model.js'
import { describe, isMap, type Report, within, type YamlMap } from './problem.js'

/** Bounds what a short file can make the compiler hold; no frame is longer. */
const lengthKind = { type: 'uint', bits: 16 } as const
const mostLengths = 4096
const howTo = 'write `length: 8`, `8-24`, `{list: [8, 12, 20]}` or `{weighted: {8: 3, 20: 1}}`'

/** `8`, `8-24` (all equally often), `{list: [...]}`, `{weighted: {...}}`; shortest first, each once. */
export function parseLengths(input: unknown, report: Report, path: YamlPath): Length[] | undefined {
  const wrong = (message: string) => {
    report({ code: 'bad-value', message, hint: howTo, path })
    return undefined
  }
  if (input === undefined) return wrong('how long is it?')
  if (isMap(input)) return parseSet(input, report, path)
  if (typeof input !== 'string' && typeof input !== 'number')
    return wrong(`${describe(input)} is not a length`)
  const range = parseRange(String(input))
  if (!range.ok) {
    report({ ...range, path })
    return undefined
  }
  return range.value
}

function parseRange(text: string): Parsed<Length[]> {
  const [, first, last = first] = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(text.trim()) ?? []
  if (first === undefined) return refuse('bad-value', `\`${text}\` is not a length`, howTo)
  const [low, high] = [parseInteger(first, 16), parseInteger(last!, 16)]
  if (!low.ok) return low
  if (!high.ok) return high
  if (low.value > high.value) return refuse('reversed-range', `the range \`${text}\` runs backwards`)
  const count = Number(high.value - low.value) + 1
  if (count > mostLengths) return refuse('out-of-range', `${count} lengths are more than ${mostLengths}`)
  return parsed(Array.from({ length: count }, (_, i) => ({ length: Number(low.value) + i, weight: 1n })))
}

function parseSet(input: YamlMap, report: Report, path: YamlPath): Length[] | undefined {
  const [name] = Object.keys(input)
  if (Object.keys(input).length !== 1 || (name !== 'list' && name !== 'weighted')) {
    report({ code: 'bad-value', message: 'these are not lengths', hint: howTo, path })
    return undefined
  }
  const value = parseGenerator(lengthKind, name, input[name], within(report, path))
  if (!value || !('values' in value)) return undefined
  const weights = new Map<number, bigint>()
  for (const [i, length] of value.values.entries()) {
    const weight = value.kind === 'weighted' ? value.weights[i]! : 1n
    if (weight > 0n) weights.set(Number(length), (weights.get(Number(length)) ?? 0n) + weight)
  }
  return [...weights].sort(([a], [b]) => a - b).map(([length, weight]) => ({ length, weight }))
}
