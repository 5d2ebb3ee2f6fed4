import type { FrameSpec, YamlPath } from '../profile/model.js'
import { type Diagnostic, error, warning } from './diagnostic.js'
import { lowestTerms, smoothOrder } from './sequence.js'

/** The distinct frame sizes of a stream, and the order in which packets take them. */
export interface Sizes {
  frameBytes: readonly number[]
  sequence: readonly number[]
}

/** A longer order would not fit in a cache, and nobody could read it. */
const longestOrder = 65_536

export function sizesOf(frame: FrameSpec): Sizes {
  if (frame.kind === 'fixed') return { frameBytes: [frame.frameBytes], sequence: [0] }
  const frameBytes = [...new Set(frame.sizes.map(size => size.frameBytes))]
  const weights = lowestTerms(frame.sizes.map(size => size.weight))
  const order = smoothOrder(weights.map(weight => ({ weight })))
  return { frameBytes, sequence: order.map(entry => frameBytes.indexOf(frame.sizes[entry]!.frameBytes)) }
}

export function checkSizes(frame: FrameSpec, path: YamlPath): Diagnostic[] {
  const here = [...path, 'frame']
  const sizes = frame.kind === 'fixed' ? [{ frameBytes: frame.frameBytes, weight: 1 }] : frame.sizes
  return [
    ...checkWeights(
      sizes.map(size => size.weight),
      here,
    ),
    ...sizes.flatMap(({ frameBytes }) => checkSize(frameBytes, here)),
  ]
}

function checkWeights(weights: readonly number[], path: YamlPath): Diagnostic[] {
  const wrong = (message: string, hint: string) => [error(path, { code: 'bad-weights', message, hint })]
  if (weights.length === 0 || weights.some(weight => !Number.isSafeInteger(weight) || weight < 1))
    return wrong('the weights of a mix are whole numbers from 1', '7, 4 and 1 for the simple IMIX')
  const turns = lowestTerms(weights).reduce((sum, weight) => sum + weight, 0)
  if (turns <= longestOrder) return []
  return wrong(
    `the mix repeats only after ${turns} packets`,
    `weights that add up to ${longestOrder} or less`,
  )
}

function checkSize(frameBytes: number, path: YamlPath): Diagnostic[] {
  if (!Number.isSafeInteger(frameBytes) || frameBytes < 5 || frameBytes > 65_535)
    return [error(path, { code: 'out-of-range', message: `${frameBytes} bytes is not a frame size` })]
  if (frameBytes >= 64) return []
  return [
    warning(path, {
      code: 'runt-frame',
      message: `${frameBytes} bytes is below Ethernet's minimum of 64: a NIC pads or drops such frames`,
    }),
  ]
}
