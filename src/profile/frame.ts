import { parseCount } from '../units/count.js'
import { type Parsed, refuse } from '../units/parsed.js'
import { formatSize, parseSize, sizePattern } from '../units/size.js'
import type { FrameSpec } from './model.js'
import { oneKey } from './one-key.js'
import { checked, describe, isMap, type Problem, parseScalar, type Report } from './problem.js'

/** With FCS. 64: IEEE 802.3 clause 4.4.2 minFrameSize; 9216: what jumbo-frame switches carry. */
const minFrame = 64
const maxFrame = 9216
/** Before it is cut: an IPv6 packet of 40 + 65,535 bytes in Ethernet, with room for a tag or two. */
const maxDatagram = 65_600
/** The repeating order of an imix is a table; this bounds it. */
const maxWeights = 65_536

const json = {
  description:
    'Frame size in bytes with the 4-byte FCS, or `{imix: {SIZE: WEIGHT}}` in an exact repeating order. Up to ' +
    `${maxFrame}B; with \`fragment\`, where it is that of the datagram before it is cut, ${maxDatagram}B.`,
  anyOf: [
    { type: 'integer', minimum: minFrame, maximum: maxDatagram },
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
  if (!size.ok || (size.value >= minFrame && size.value <= maxDatagram)) return size
  const small = size.value < minFrame
  const message = small
    ? `${formatSize(size.value)} is too short for a frame: 64 bytes with FCS is the Ethernet minimum`
    : `${formatSize(size.value)} is too long for a frame: at most ${maxFrame} bytes with FCS, or ${maxDatagram} with \`fragment\``
  return refuse(
    'out-of-range',
    message,
    small ? 'write `64B`; the device is handed 60 bytes and adds the FCS' : undefined,
  )
}

/** What is sent in one piece must fit in a frame. Of the data as read, as in references.ts. */
export function checkFrames(streams: readonly unknown[]): Problem[] {
  return streams.flatMap((stream, i) => {
    if (!isMap(stream) || stream.fragment !== undefined) return []
    return sizesIn(stream.frame).flatMap(({ text, ...where }) => {
      const size = parseSize(text)
      if (!size.ok || size.value <= maxFrame || size.value > maxDatagram) return []
      const message = `${formatSize(size.value)} is too long for a frame: at most ${maxFrame} bytes with FCS`
      const hint = 'or cut it: `fragment: {mtu: 1500}`'
      return [{ code: 'out-of-range', message, hint, ...where, path: ['streams', i, 'frame', ...where.path] }]
    })
  })
}

function sizesIn(frame: unknown): { text: string; path: string[]; at?: 'key' }[] {
  if (typeof frame === 'string' || typeof frame === 'number') return [{ text: String(frame), path: [] }]
  const imix = isMap(frame) && isMap(frame.imix) ? frame.imix : {}
  return Object.keys(imix).map(key => ({ text: key, path: ['imix', key], at: 'key' }))
}

function parseImix(input: unknown, report: Report): FrameSpec | undefined {
  if (!isMap(input) || Object.keys(input).length === 0) {
    const hint = 'write `{imix: {64B: 7, 570B: 4, 1518B: 1}}`'
    report({
      code: 'wrong-type',
      message: `an imix is a map of weights, not ${isMap(input) ? 'empty' : describe(input)}`,
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
  return count.ok && count.value === 0
    ? refuse('out-of-range', 'a weight must be at least 1', 'leave the size out')
    : count
}
