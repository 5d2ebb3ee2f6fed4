/** The memory of a run's queues: what the native loops and the counter pages take before the first packet. */
import { native } from '../gen/native.js'
import type { OpenPort } from '../gen/ports.js'
import { makeQueues, type Queue } from '../gen/queues.js'
import { count } from '../stats/format.js'
import type { Plan } from '../templates/plan.js'

export interface QueueMemory {
  port: string
  direction: 'tx' | 'rx'
  /** So many queues are alike. */
  queues: number
  streams: number
  /** Of each queue: for its streams, and for all of them together (its counter page is in here). */
  streams_bytes: number
  queue_bytes: number
}

/** Rates in percent need some speed of the line; how streams are sent does not depend on it. */
const ANY_BPS = 10e9

/** The queues that a run of the plan would have, on devices that nobody has opened. */
export function queuesOf(plan: Plan): Queue[] {
  const ports = plan.ports.map(({ name, uri, txQueues, rxQueues }): OpenPort => {
    const uses = (direction: 'tx' | 'rx') => plan.streams.some(stream => stream[direction] === name)
    const facts = { port: name, uri, backend: '', facts: {}, linkBps: ANY_BPS }
    const queues = { txQueues: uses('tx') ? txQueues : 0, rxQueues: uses('rx') ? rxQueues : 0 }
    return { name, handle: 0, ...queues, answers: false, facts }
  })
  return makeQueues(plan, ports, { index: 0, of: 1 })
}

/** The first queue of each port and direction speaks for the others. */
export function memoryOf(queues: readonly Queue[]): QueueMemory[] {
  return queues
    .filter(({ queue }) => queue === 0)
    .map(({ port, direction, plan, page, streams }) => {
      const found = native().footprint(plan, direction)
      return {
        port: port.name,
        direction,
        queues: direction === 'tx' ? port.txQueues : port.rxQueues,
        streams: streams.length,
        streams_bytes: found.streams.reduce((sum, bytes) => sum + bytes, 0),
        queue_bytes: found.queue + page.byteLength,
      }
    })
}

const kib = (bytes: number): string => `${count(Math.ceil(bytes / 1024))} KiB`

export const memoryText = (list: readonly QueueMemory[]): string => list.map(lineOf).join('')

function lineOf({ port, direction, queues, streams, streams_bytes, queue_bytes }: QueueMemory): string {
  const what = direction === 'tx' ? `sends on ${port}` : `receives on ${port}`
  const who = queues === 1 ? `the queue that ${what}` : `each of the ${queues} queues that ${what}`
  const each = streams === 1 ? '' : ` (${count(streams_bytes / streams)} bytes each)`
  const own = `${kib(streams_bytes)} for ${streams === 1 ? 'its stream' : `its ${count(streams)} streams`}${each}`
  return `  memory of ${who}: ${own}, ${kib(queue_bytes)} beside them, and its device's buffers\n`
}
