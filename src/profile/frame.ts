import { type Parsed, refuse } from '../units/parsed.js'
import { frameJson, mixes } from './frame-json.js'
import { type ParseSize, parseFrameSize, parsePacketSize, parseSizeRange } from './frame-size.js'
import { parseSizeWeights } from './frame-weights.js'
import { parseGenome } from './genome.js'
import { remembered } from './lean.js'
import type { FrameSpec, SizeSpec } from './model.js'
import { knownKeys, oneKey } from './one-key.js'
import { checked, describe, isMap, parseScalar, type Report, within } from './problem.js'

type ParseKind = (input: unknown, size: ParseSize, report: Report) => SizeSpec | undefined

/** Bounds what a short file can make the compiler hold, and keeps an order in a cache. */
const longestOrder = 65_536

const kinds: Readonly<Record<string, ParseKind>> = {
  size: parseFixed,
  imix: parseImix,
  list: parseList,
  inc: (input, size, report) => parseRange('inc', input, size, report),
  random: (input, size, report) => parseRange('random', input, size, report),
  weighted: (input, size, report) => {
    const sizes = parseSizeWeights(input, size, report)
    return sizes && { kind: 'weighted', sizes }
  },
  genome: (input, size, report) => {
    const frameBytes = parseGenome(input, size, report)
    return frameBytes && { kind: 'list', frameBytes }
  },
}

const parsedFrame = checked<FrameSpec>(frameJson, (input, report) => {
  if (!isMap(input)) return parseFixed(input, parseFrameSize, report)
  const { of, ...given } = input
  const layer = of === undefined ? undefined : parseScalar(of, parseLayer, report, ['of'])
  const entry = oneKey(given, Object.keys(kinds), 'a kind of frame size', report)
  const size = of === undefined ? parseFrameSize : parsePacketSize
  const sizes = entry && kinds[entry[0]]!(entry[1], size, within(report, [entry[0]]))
  if (!sizes || (of !== undefined && layer === undefined)) return undefined
  return layer === undefined ? sizes : { ...sizes, of: layer }
})

export const frame = remembered(parsedFrame)

/** Which layers there are is known once they are laid out: see src/templates/sizes.ts. */
function parseLayer(text: string): Parsed<string> {
  if (/^\w+(\.\d+)?$/.test(text)) return { ok: true, value: text }
  return refuse('bad-value', `\`${text}\` is not a layer's name`, '`ipv4`, or `ipv4.2` for the second one')
}

function parseFixed(input: unknown, size: ParseSize, report: Report): SizeSpec | undefined {
  const frameBytes = parseScalar(input, size, report, [])
  return frameBytes === undefined ? undefined : { kind: 'fixed', frameBytes }
}

function parseImix(input: unknown, size: ParseSize, report: Report): SizeSpec | undefined {
  const sizes =
    typeof input === 'string' ? namedMix(input, size, report) : parseSizeWeights(input, size, report)
  if (!sizes) return undefined
  if (sizes.reduce((sum, { weight }) => sum + weight, 0) <= longestOrder) return { kind: 'imix', sizes }
  const hint = 'divide all of them by the same number, or draw them at random: `weighted`'
  report({
    code: 'out-of-range',
    message: `the weights add up to more than ${longestOrder}`,
    hint,
    path: [],
  })
  return undefined
}

function namedMix(name: string, size: ParseSize, report: Report) {
  if (Object.hasOwn(mixes, name)) return parseSizeWeights(mixes[name], size, report)
  const hint = `${Object.keys(mixes).join(', ')}, or weights: {64B: 7, 570B: 4, 1518B: 1}`
  report({ code: 'bad-value', message: `no mix is called \`${name}\``, hint, path: [] })
  return undefined
}

function parseList(input: unknown, size: ParseSize, report: Report): SizeSpec | undefined {
  if (Array.isArray(input) && input.length > 0 && input.length <= longestOrder) {
    const frameBytes = input.map((item, i) => parseScalar(item, size, report, [i]))
    return frameBytes.every(one => one !== undefined) ? { kind: 'list', frameBytes } : undefined
  }
  const message = Array.isArray(input)
    ? `a list holds 1 to ${longestOrder} sizes, not ${input.length}`
    : `this must be a list, not ${describe(input)}`
  const code = Array.isArray(input) ? 'out-of-range' : 'wrong-type'
  report({ code, message, hint: 'write `{list: [64B, 128B, 1518B]}`', path: [] })
  return undefined
}

function parseRange(kind: 'inc' | 'random', input: unknown, size: ParseSize, report: Report) {
  const long = isMap(input)
  if (long && !knownKeys(input, ['range', 'step'], report, [])) return undefined
  if (long && input.range === undefined)
    report({ code: 'missing-key', message: '', hint: 'such as `range: 64B-1518B`', path: ['range'] })
  const given = long ? input.range : input
  const range =
    given === undefined
      ? undefined
      : parseScalar(given, text => parseSizeRange(text, size), report, long ? ['range'] : [])
  const step = long && input.step !== undefined ? parseScalar(input.step, parseStep, report, ['step']) : 1
  return range && step !== undefined ? { kind, ...range, step } : undefined
}

function parseStep(text: string): Parsed<number> {
  const step = parsePacketSize(text)
  return step.ok && step.value === 0
    ? refuse('out-of-range', 'this must be at least 1', 'leave it out for 1')
    : step
}
