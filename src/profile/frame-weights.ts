import { parseCount } from '../units/count.js'
import { type Parsed, refuse } from '../units/parsed.js'
import type { ParseSize } from './frame-size.js'
import type { SizeWeight } from './model.js'
import { describe, isMap, parseScalar, type Report, type YamlMap } from './problem.js'

/** `{64B: 7, 570B: 4, 1518B: 1}`, in the order given. */
export function parseSizeWeights(
  input: unknown,
  size: ParseSize,
  report: Report,
): readonly SizeWeight[] | undefined {
  if (!isMap(input) || Object.keys(input).length === 0) {
    report({
      code: 'wrong-type',
      message: `this must be a map of sizes and their weights, not ${isMap(input) ? 'an empty one' : describe(input)}`,
      hint: 'write `{64B: 7, 570B: 4, 1518B: 1}`',
      path: [],
    })
    return undefined
  }
  const sizes = Object.keys(input).map(key => parseEntry(key, input, size, report))
  return sizes.every(one => one !== undefined) ? sizes : undefined
}

function parseEntry(key: string, map: YamlMap, size: ParseSize, report: Report): SizeWeight | undefined {
  const reportKey: Report = problem => report({ ...problem, at: 'key' })
  const frameBytes = parseScalar(key, text => parseKey(text, size), reportKey, [key])
  const weight = parseScalar(map[key], parseWeight, report, [key])
  return frameBytes === undefined || weight === undefined ? undefined : { frameBytes, weight }
}

/** JavaScript moves keys that are whole numbers to the front, which would change the order of the sizes. */
function parseKey(text: string, size: ParseSize): Parsed<number> {
  if (/^\d+$/.test(text)) return refuse('bad-unit', `the size ${text} has no unit`, `write \`${text}B\``)
  return size(text)
}

function parseWeight(text: string): Parsed<number> {
  const count = parseCount(text)
  if (!count.ok) return refuse(count.code, `\`${text}\` is not a weight`, 'a whole number from 1')
  return count.value === 0
    ? refuse('out-of-range', 'a weight must be at least 1', 'leave the size out')
    : count
}
