import { encodePlan } from '../gen/encode.js'
import { native, type StreamExplanation } from '../gen/native.js'
import { makeLanes } from '../templates/lanes.js'
import type { Plan } from '../templates/plan.js'

/** Rates in percent need some speed of the line; how streams are sent does not depend on it. */
const ANY_BPS = 10e9

export interface Explanation extends StreamExplanation {
  name: string
  tier: 'constant' | 'live'
  text: string
}

/** How each stream of the plan is sent, and why so: what the native core says of the plan of each port's queue. */
export function explain(plan: Plan): Explanation[] {
  const ports = [...new Set(plan.streams.map(({ tx }) => tx))]
  return ports.flatMap(port => {
    const streams = plan.streams.filter(({ tx }) => tx === port)
    const lanes = makeLanes(streams, { ...plan, linkBps: ANY_BPS })
    return native()
      .explain(encodePlan(plan, { streams, lanes }))
      .map((one, k): Explanation => {
        const tier = one.fields === 0 && !one.crc ? 'constant' : 'live'
        return { ...one, name: streams[k]!.name, tier, text: textOf(one) }
      })
  })
}

const counted = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`

function textOf(one: StreamExplanation): string {
  const { frames, fields, checksums, crc, words, shared, signature } = one
  const varies = [fields > 0 && counted(fields, 'field'), checksums > 0 && counted(checksums, 'checksum')]
  const live = varies.some(Boolean)
  const what = live
    ? `live: ${varies.filter(Boolean).join(' and ')} a packet`
    : `constant: ${frames === 1 ? 'its frame is' : 'its frames are'} never written again`
  const where =
    words > 0 ? `, stored as ${counted(words, 'word')} of 64 bits` : `, each stored on its own (${why(crc)})`
  const sizes = shared ? '; its frame sizes share their buffers' : ''
  return `${what}${live ? where : ''}${sizes}${turnsOf(one)}${signature ? '; a signature and its time' : ''}`
}

function turnsOf({ ahead, abreast }: StreamExplanation): string {
  if (abreast) return '; made together with the packets of the other streams in its burst, which are like it'
  return ahead ? '; made 32 packets at a time ahead of its turns, because streams take turns in a burst' : ''
}

const why = (crc: boolean): string =>
  crc ? 'a CRC is computed over the frame' : 'more than 8 words, or a fragment cuts one'

/** Members of a stream that are sent alike are said once. */
export function explainText(list: readonly Explanation[]): string {
  const lines = new Map<string, number>()
  for (const { name, text } of list) lines.set(`${name}: ${text}`, (lines.get(`${name}: ${text}`) ?? 0) + 1)
  return [...lines].map(([line, times]) => `  ${line}${times > 1 ? ` (${times} layouts)` : ''}\n`).join('')
}
