import { native, type StreamExplanation } from '../gen/native.js'
import type { Queue } from '../gen/queues.js'
import type { Plan } from '../templates/plan.js'
import { memoryOf, memoryText, type QueueMemory, queuesOf } from './explain-memory.js'

export interface Explanation extends StreamExplanation {
  name: string
  tier: 'constant' | 'prebuilt' | 'live'
  text: string
}

export interface Explained {
  streams: readonly Explanation[]
  memory: readonly QueueMemory[]
}

/** How each stream of the plan is sent and why so, and the memory of its queues: what the native core says of them. */
export function explain(plan: Plan): Explained {
  const queues = queuesOf(plan)
  const senders = queues.filter(({ direction, queue }) => direction === 'tx' && queue === 0)
  return { streams: senders.flatMap(queue => streamsOf(plan, queue)), memory: memoryOf(queues) }
}

const streamsOf = ({ streams }: Plan, queue: Queue): Explanation[] =>
  native()
    .explain(queue.plan)
    .map(one => ({ ...one, name: streams[one.stream]!.name, tier: tierOf(one), text: textOf(one) }))

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
export function explainText({ streams: list, memory }: Explained): string {
  const lines = new Map<string, number>()
  for (const { name, text } of list) lines.set(`${name}: ${text}`, (lines.get(`${name}: ${text}`) ?? 0) + 1)
  const streams = [...lines].map(([line, times]) => `  ${line}${times > 1 ? ` (${times} layouts)` : ''}\n`)
  return streams.join('') + memoryText(memory)
}
