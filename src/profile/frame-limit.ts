import { formatSize, parseSize } from '../units/size.js'
import { maxDatagram, maxFrame } from './frame-size.js'
import { genomeSizes } from './genome.js'
import type { YamlPath } from './model.js'
import { isMap, type Problem } from './problem.js'

/** A size, or the two of a range, wherever it stands in a `frame`. */
interface Text {
  text: string
  path: YamlPath
  at?: 'key'
}

/** What is sent in one piece must fit in a frame. It looks at the data as read, as references.ts does. */
export function checkFrames(streams: readonly unknown[]): Problem[] {
  const fine = new Set<unknown>() // thousands of streams have one frame
  return streams.flatMap((stream, i) => {
    if (!isMap(stream) || (stream.fragment ?? undefined) !== undefined || fine.has(stream.frame)) return []
    const found = textsIn(stream.frame, ['streams', i, 'frame']).flatMap(tooLong)
    if (found.length === 0) fine.add(stream.frame)
    return found
  })
}

function textsIn(node: unknown, path: YamlPath): Text[] {
  if (typeof node === 'string' || typeof node === 'number') return [{ text: String(node), path }]
  if (Array.isArray(node)) return node.flatMap((item, i) => textsIn(item, [...path, i]))
  if (!isMap(node)) return []
  return Object.entries(node).flatMap(([key, value]): Text[] => {
    const here = [...path, key]
    if ((key === 'genome' || key === 'sequence') && typeof value === 'string') return inGenome(value, here)
    // The keys of weights are sizes, their values are not.
    return /^\d/.test(key) ? [{ text: key, path: here, at: 'key' }] : textsIn(value, here)
  })
}

const inGenome = (letters: string, path: YamlPath): Text[] =>
  [...letters].flatMap(letter => (letter in genomeSizes ? [{ text: `${genomeSizes[letter]}`, path }] : []))

function tooLong({ text, ...where }: Text): Problem[] {
  const sizes = text.split('-').map(end => parseSize(end.trim()))
  const large = sizes.find(size => size.ok && size.value > maxFrame && size.value <= maxDatagram)
  if (!large?.ok) return []
  const message = `${formatSize(large.value)} is too long for a frame: at most ${maxFrame} bytes with FCS`
  return [{ code: 'out-of-range', message, hint: 'or cut it: `fragment: {mtu: 1500}`', ...where }]
}
