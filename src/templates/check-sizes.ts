import type { FrameSpec, SizeSpec, YamlPath } from '../profile/model.js'
import { hintFor } from '../units/suggest.js'
import { type Diagnostic, error, warning } from './diagnostic.js'
import { type Layout, payloadName } from './layout.js'
import { FCS_BYTES } from './rate.js'
import { lowestTerms } from './sequence.js'

/** A longer order would not fit in a cache, and nobody could read it. */
const longestOrder = 65_536
/** Before it is cut: an IPv6 packet of 40 + 65,535 bytes in Ethernet, with room for a tag or two. */
const mostDatagram = 65_600
/** What the devices take, without the FCS. */
const longest = 9212

export function checkOf({ of }: FrameSpec, layout: Layout, path: YamlPath): Diagnostic[] {
  if (of === undefined || of === payloadName || layout.layers.some(({ name }) => name === of)) return []
  return [
    error([...path, 'frame', 'of'], {
      code: 'unknown-layer',
      message: `this stream has no layer \`${of}\``,
      hint: hintFor(of, [...layout.layers.map(({ name }) => name), payloadName]),
    }),
  ]
}

/** Whether it says sizes at all; the loader has seen to it, with a better caret. */
export function checkSizes(frame: FrameSpec, path: YamlPath): Diagnostic[] {
  const here = [...path, 'frame']
  return [...checkOrder(frame, here), ...boundsOf(frame).flatMap(size => checkSize(size, frame, here))]
}

/** The smallest and the largest: what holds for them holds for those in between. */
function boundsOf(frame: SizeSpec): readonly number[] {
  if ('low' in frame) return [frame.low, frame.high]
  if ('sizes' in frame) return [...new Set(frame.sizes.map(({ frameBytes }) => frameBytes))]
  return frame.kind === 'list' ? [...new Set(frame.frameBytes)] : [frame.frameBytes]
}

function checkOrder(frame: SizeSpec, path: YamlPath): Diagnostic[] {
  const wrong = (code: string, message: string, hint: string) => [error(path, { code, message, hint })]
  if (frame.kind === 'list' && frame.frameBytes.length === 0)
    return wrong('bad-value', 'the list of sizes is empty', 'at least one size')
  if ('low' in frame && !(frame.low <= frame.high && frame.step >= 1 && Number.isSafeInteger(frame.step)))
    return wrong('reversed-range', 'the range of sizes runs backwards', 'low, then high; a step of 1 or more')
  if (!('sizes' in frame)) return []
  const weights = frame.sizes.map(({ weight }) => weight)
  if (weights.length === 0 || weights.some(weight => !Number.isSafeInteger(weight) || weight < 1))
    return wrong(
      'bad-weights',
      'the weights of a mix are whole numbers from 1',
      '7, 4 and 1 for the simple IMIX',
    )
  const turns = lowestTerms(weights).reduce((sum, weight) => sum + weight, 0)
  if (frame.kind === 'weighted' || turns <= longestOrder) return []
  const hint = `weights that add up to ${longestOrder} or less`
  return wrong('bad-weights', `the mix repeats only after ${turns} packets`, hint)
}

function checkSize(size: number, { of }: FrameSpec, path: YamlPath): Diagnostic[] {
  const least = of === undefined ? 5 : 0
  if (!Number.isSafeInteger(size) || size < least || size > mostDatagram)
    return [error(path, { code: 'out-of-range', message: `${size} bytes is not a frame size` })]
  if (size >= 64 || of !== undefined) return []
  return [
    warning(path, {
      code: 'runt-frame',
      message: `${size} bytes is below Ethernet's minimum of 64: a NIC pads or drops such frames`,
    }),
  ]
}

/** With `of`, how long a frame becomes is known only now. */
export function checkLongest({ of }: FrameSpec, start: number | null, length: number, path: YamlPath) {
  if (start === null || length <= longest) return []
  const message = `${of} of ${length - start} bytes makes a frame of ${length + FCS_BYTES} bytes, more than 9216`
  const hint = `at most ${longest - start} bytes`
  return [error([...path, 'frame'], { code: 'out-of-range', message, hint })]
}
