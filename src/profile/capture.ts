/** Streams made from a capture file: `pcap` and the keys that go with it, but for `set` (rewrite.ts). */
import * as z from 'zod'
import { splitNumber } from '../units/decimal.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { oneKey } from './one-key.js'
import { checked, isMap, parseScalar, quantity, type Report } from './problem.js'
import { count } from './quantity.js'

/** Inclusive. */
export interface IndexRange {
  low: number
  high: number
}

const indexPattern = '^[0-9]+(-[0-9]+)?$'
const mostIndices = 65_536

const only = checked<readonly IndexRange[]>(
  {
    description:
      'Packets of the file that are sent, by index from 0 (default: all), in the order of the file.',
    anyOf: [
      { type: 'integer', minimum: 0 },
      { type: 'string', pattern: indexPattern, examples: ['0-99'] },
      {
        type: 'array',
        minItems: 1,
        items: {
          anyOf: [
            { type: 'integer', minimum: 0 },
            { type: 'string', pattern: indexPattern },
          ],
        },
      },
    ],
  },
  (input, report) => {
    if (!Array.isArray(input)) {
      const range = parseScalar(input, parseIndices, report, [])
      return range && [range]
    }
    if (input.length === 0) report({ code: 'out-of-range', message: 'this list is empty', path: [] })
    const ranges = input.flatMap((item, i) => parseScalar(item, parseIndices, report, [i]) ?? [])
    return ranges.length === input.length && ranges.length > 0 ? ranges : undefined
  },
)

/** `7` or `0-99`. */
function parseIndices(text: string): Parsed<IndexRange> {
  const ends = /^\s*(\d{1,15})(?:\s*-\s*(\d{1,15}))?\s*$/.exec(text)
  if (!ends)
    return refuse('bad-value', `\`${text}\` is not an index or a range of them`, 'write `7` or `0-99`')
  const [low, high] = [Number(ends[1]), Number(ends[2] ?? ends[1])]
  if (low > high)
    return refuse('reversed-range', `\`${text}\` runs backwards`, `did you mean \`${high}-${low}\`?`)
  if (high - low < mostIndices) return parsed({ low, high })
  return refuse('out-of-range', `\`${text}\` is too much`, `a stream has at most ${mostIndices} packets`)
}

/** How many times as fast as it was captured. */
const timing = checked<number>(
  {
    description:
      "Send with the capture's own gaps, or so many times as fast; without it, at the stream's `rate`.",
    anyOf: [
      { const: 'original' },
      {
        type: 'object',
        properties: { speed: { type: 'number', exclusiveMinimum: 0, maximum: 1e6 } },
        required: ['speed'],
        additionalProperties: false,
      },
    ],
  },
  parseTiming,
)

function parseTiming(input: unknown, report: Report): number | undefined {
  if (input === 'original') return 1
  if (isMap(input)) {
    const entry = oneKey(input, ['speed'], 'a kind of timing', report)
    return entry && parseScalar(entry[1], parseSpeed, report, ['speed'])
  }
  const message = '`timing` is `original`, or how many times as fast'
  report({ code: 'bad-value', message, hint: 'write `original` or `{speed: 2}`', path: [] })
  return undefined
}

function parseSpeed(text: string): Parsed<number> {
  const split = splitNumber(text)
  const speed = Number(split?.digits)
  if (split?.unit !== '' || !(speed > 0 && speed <= 1e6))
    return refuse(
      'out-of-range',
      `\`${text}\` is not a speed`,
      'more than 0, at most 1000000: 2 is twice as fast',
    )
  return parsed(speed)
}

const file = quantity(
  {
    type: 'string',
    minLength: 1,
    examples: ['captures/dns.pcapng'],
    description: 'Capture file (pcap or pcapng) whose packets are sent, from the folder of the profile on.',
  },
  (text: string): Parsed<string> =>
    text.trim() === '' ? refuse('bad-value', 'a capture needs the name of a file') : parsed(text),
)

/** Keys of a stream. */
export const captureKeys = {
  pcap: file.optional(),
  only: only.optional(),
  timing: timing.optional(),
  loops: count
    .schema('Times through the capture; without it, until `count` or the duration ends it.')
    .optional(),
  checksums: z
    .enum(['fix', 'keep'])
    .optional()
    .meta({
      description:
        'Of all packets: compute them anew (`fix`), or let the right ones stay right and the wrong ones wrong ' +
        '(`keep`). Without it, those of the packets that `set` changes are computed anew.',
    }),
}
