import { encodePlan } from '../gen/encode.js'
import { native, type StreamExplanation } from '../gen/native.js'
import { makeLanes } from '../templates/lanes.js'
import type { Plan } from '../templates/plan.js'

/** Rates in percent need some speed of the line; how streams are sent does not depend on it. */
const ANY_BPS = 10e9

export interface Explanation extends StreamExplanation {
  name: string
  tier: 'constant' | 'prebuilt' | 'live'
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
        return { ...one, name: streams[k]!.name, tier: tierOf(one), text: textOf(one) }
      })
  })
}

function tierOf({ fields, crc, period }: StreamExplanation): Explanation['tier'] {
  if (fields === 0 && !crc) return 'constant'
  return period > 0 ? 'prebuilt' : 'live'
}

const counted = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`

function textOf(one: StreamExplanation): string {
  const { shared, signature } = one
  const sizes = shared ? '; its frame sizes share their buffers' : ''
  return `${whatOf(one)}${sizes}${turnsOf(one)}${signature ? '; a signature and its time' : ''}`
}

function whatOf(one: StreamExplanation): string {
  const { frames, fields, checksums, crc, words, period } = one
  const stored = counted(words, 'word')
  switch (tierOf(one)) {
    case 'constant':
      return `constant: ${frames === 1 ? 'its frame is' : 'its frames are'} never written again`
    case 'prebuilt':
      return `prebuilt: it repeats after ${counted(period, 'packet')}, of which ${stored} of 64 bits each are made before the start and copied`
    case 'live': {
      const varies = [fields > 0 && counted(fields, 'field'), checksums > 0 && counted(checksums, 'checksum')]
      const where = words > 0 ? `stored as ${stored} of 64 bits` : `each stored on its own (${why(crc)})`
      return `live: ${varies.filter(Boolean).join(' and ')} a packet, ${where}`
    }
  }
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
