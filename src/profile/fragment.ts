import * as z from 'zod'
import { parseCount } from '../units/count.js'
import { type Parsed, parsed, refuse } from '../units/parsed.js'
import { faultNames, orderNames } from './fragment-words.js'
import type { Weighted } from './model.js'
import { oneKey } from './one-key.js'
import { checked, describe, isMap, parseScalar, quantity, type Report } from './problem.js'
import { nonZero } from './quantity.js'
import { hintFor } from './suggest.js'

/** RFC 791 section 3.2: every link carries 68 bytes. 9198: the packet in a frame of 9216 bytes. */
const minMtu = 68
const maxMtu = 9198
const maxInterleave = 4096

type Parse<T> = (text: string) => Parsed<T>

const whole =
  (low: number, high: number): Parse<number> =>
  text => {
    const value = parseCount(text)
    if (!value.ok || (value.value >= low && value.value <= high)) return value
    return refuse('out-of-range', `${text} is not possible here`, `${low} to ${high}`)
  }

const oneOf =
  <T extends string>(words: readonly T[]): Parse<T> =>
  text => {
    const found = words.find(word => word === text)
    return found ? parsed(found) : refuse('bad-value', `\`${text}\` is not known here`, hintFor(text, words))
  }

const parseWeight = nonZero(parseCount)

/** A value, or `{weighted: {VALUE: WEIGHT}}`. The order of the values does not depend on how they are written. */
function weighted<T>(
  input: unknown,
  parse: Parse<T>,
  before: (a: T, b: T) => number,
  report: Report,
): Weighted<T> | undefined {
  if (!isMap(input)) {
    const value = parseScalar(input, parse, report, [])
    return value === undefined ? undefined : [{ value, weight: 1 }]
  }
  const entry = oneKey(input, ['weighted'], 'a way to choose', report)
  if (!entry) return undefined
  const [, weights] = entry
  if (!isMap(weights) || Object.keys(weights).length === 0) {
    const message = `this must be a map of values and their weights, not ${isMap(weights) ? 'empty' : describe(weights)}`
    report({ code: 'wrong-type', message, path: ['weighted'] })
    return undefined
  }
  const keys = Object.entries(weights)
  const found = keys.flatMap(([name, weight]) => {
    const path = ['weighted', name]
    const value = parseScalar(name, parse, problem => report({ ...problem, at: 'key' }), path)
    const often = parseScalar(weight, parseWeight, report, path)
    return value === undefined || often === undefined ? [] : [{ value, weight: often }]
  })
  return found.length < keys.length ? undefined : found.sort((a, b) => before(a.value, b.value))
}

const weightsJson = (names: Record<string, unknown>) => ({
  type: 'object',
  properties: {
    weighted: {
      type: 'object',
      description: 'How often each of them comes, exactly.',
      propertyNames: names,
      additionalProperties: { type: 'integer', minimum: 1 },
      minProperties: 1,
    },
  },
  required: ['weighted'],
  additionalProperties: false,
})

const words = <T extends string>(values: readonly T[], description: string) =>
  checked(
    { description, anyOf: [{ enum: [...values] }, weightsJson({ enum: [...values] })] },
    (input, report) =>
      weighted(input, oneOf(values), (a, b) => values.indexOf(a) - values.indexOf(b), report),
  )

const mtu = checked(
  {
    description: 'Longest IP packet in bytes; what is longer is cut. Or `{weighted: {1500: 6, 576: 3}}`.',
    anyOf: [
      { type: 'integer', minimum: minMtu, maximum: maxMtu },
      weightsJson({ type: 'string', pattern: '^[0-9]+$' }),
    ],
  },
  (input, report) => weighted(input, whole(minMtu, maxMtu), (a, b) => a - b, report),
)

const interleave = quantity(
  {
    type: 'integer',
    minimum: 1,
    maximum: maxInterleave,
    description: 'Trains in flight together, a fragment of each in turn (default 1).',
  },
  whole(1, maxInterleave),
)

export const fragment = z
  .strictObject({
    mtu,
    order: words(
      orderNames,
      'Of the fragments of a train: `forward` (default), `reverse`, or a fixed `shuffle`.',
    ).optional(),
    fault: words(
      faultNames,
      'What is wrong with a train (default `none`): a fragment is missing, comes twice, overlaps the one before it by 8 ' +
        'bytes, a first one carries 8 bytes, or the last one ends beyond 65,535.',
    ).optional(),
    interleave: interleave.optional(),
  })
  .meta({
    description:
      'Send each datagram as a train of fragments, cut at its outermost IP header. `frame` is then the size of the ' +
      'datagram before it is cut, and `count` counts datagrams; rates are those of the fragments on the wire.',
  })
