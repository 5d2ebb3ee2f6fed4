import { parseCount } from '../units/count.js'
import { type Parsed, refuse } from '../units/parsed.js'
import { formatSize, parseSize, sizePattern } from '../units/size.js'
import type { FrameSpec } from './model.js'
import { oneKey } from './one-key.js'
import { checked, describe, isMap, parseScalar, type Report } from './problem.js'

/** With FCS. 64: IEEE 802.3 clause 4.4.2 minFrameSize; 9216: what jumbo-frame switches carry. */
const minFrame = 64
const maxFrame = 9216
/** The repeating order of an imix is a table; this bounds it. */
const maxWeights = 65_536

const json = {
  description:
    'Frame size in bytes with the 4-byte FCS, or `{imix: {SIZE: WEIGHT}}` in an exact repeating order.',
  anyOf: [
    { type: 'integer', minimum: minFrame, maximum: maxFrame },
    { type: 'string', pattern: sizePattern, examples: ['64B', '512B', '1518B', '9000B'] },
    {
      type: 'object',
      properties: {
        imix: {
          type: 'object',
          description: 'Weight of each size, e.g. {64B: 7, 570B: 4, 1518B: 1}.',
          propertyNames: { pattern: sizePattern },
          additionalProperties: { type: 'integer', minimum: 1 },
          minProperties: 1,
        },
      },
      required: ['imix'],
      additionalProperties: false,
    },
  ],
}

export const frame = checked<FrameSpec>(json, (input, report) => {
  if (isMap(input)) {
    const entry = oneKey(input, ['imix'], 'a kind of frame', report)
    return entry && parseImix(entry[1], report)
  }
  const frameBytes = parseScalar(input, parseFrameSize, report, [])
  return frameBytes === undefined ? undefined : { kind: 'fixed', frameBytes }
})

function parseFrameSize(text: string): Parsed<number> {
  const size = parseSize(text)
  if (!size.ok || (size.value >= minFrame && size.value <= maxFrame)) return size
  const small = size.value < minFrame
  const message = small
    ? `${formatSize(size.value)} is too short for a frame: 64 bytes with FCS is the Ethernet minimum`
    : `${formatSize(size.value)} is too long for a frame: at most ${maxFrame} bytes with FCS`
  return refuse(
    'out-of-range',
    message,
    small ? 'write `64B`; the device is handed 60 bytes and adds the FCS' : 'jumbo frames have 9000B or so',
  )
}

function parseImix(input: unknown, report: Report): FrameSpec | undefined {
  if (!isMap(input) || Object.keys(input).length === 0) {
    const hint = 'write `{imix: {64B: 7, 570B: 4, 1518B: 1}}`'
    report({
      code: 'wrong-type',
      message: isMap(input)
        ? 'this imix has no sizes'
        : `an imix is a map of weights, not ${describe(input)}`,
      hint,
      path: ['imix'],
    })
    return undefined
  }
  const sizes = Object.entries(input).map(([key, value]) => {
    const reportKey: Report = problem => report({ ...problem, at: 'key' })
    const frameBytes = parseScalar(key, parseKey, reportKey, ['imix', key])
    return { frameBytes, weight: parseScalar(value, parseWeight, report, ['imix', key]) }
  })
  const complete = sizes.filter(
    (size): size is { frameBytes: number; weight: number } =>
      size.frameBytes !== undefined && size.weight !== undefined,
  )
  if (complete.length < sizes.length) return undefined
  if (complete.reduce((sum, size) => sum + size.weight, 0) <= maxWeights)
    return { kind: 'imix', sizes: complete }
  report({
    code: 'out-of-range',
    message: `the weights add up to more than ${maxWeights}`,
    hint: 'divide all of them by the same number',
    path: ['imix'],
  })
  return undefined
}

/** JavaScript moves keys that are whole numbers to the front, which would change the order of the sizes. */
function parseKey(text: string): Parsed<number> {
  if (/^\d+$/.test(text)) return refuse('bad-unit', `the size ${text} has no unit`, `write \`${text}B\``)
  return parseFrameSize(text)
}

function parseWeight(text: string): Parsed<number> {
  const count = parseCount(text)
  if (!count.ok) return refuse(count.code, `\`${text}\` is not a weight`, 'a whole number from 1')
  return count.value === 0
    ? refuse('out-of-range', 'a weight must be at least 1', 'leave the size out')
    : count
}
