/** What each worker gets: its plan, its page, its CPU. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { makeLanes } from '../templates/lanes.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { paceOf, packetLimit } from '../templates/rate.js'
import { encodePlan, type Shard } from './encode.js'
import { type Page, rxPage, txPage } from './page.js'
import type { OpenPort } from './ports.js'

export interface Queue {
  direction: 'tx' | 'rx'
  port: OpenPort
  queue: number
  /** Ids of the streams on the page, in its order. */
  streams: readonly number[]
  plan: Uint8Array
  page: Page
}

/** A run's part of a fleet: shard `index` of `of`. */
export interface FleetShard {
  index: number
  of: number
}

/** Beyond this many streams they share one latency histogram (216 KiB each) in an RX queue. */
export const MAX_HISTOGRAMS = 64

const streamsOf = (plan: Plan, direction: 'tx' | 'rx', port: OpenPort): StreamPlan[] =>
  plan.streams.filter(stream => stream[direction] === port.name)

function txQueue(plan: Plan, port: OpenPort, queue: number, fleet: FleetShard): Queue {
  const streams = streamsOf(plan, 'tx', port)
  // A fleet's shard is what it is on any number of queues: packets of index `fleet.index` modulo `fleet.of`.
  const shard: Shard = { index: fleet.index + fleet.of * queue, stride: fleet.of * port.txQueues }
  const { linkBps } = port.facts
  requireSpeed(streams, linkBps)
  const limits: (number | null)[] = []
  for (const stream of streams) limits[stream.id] = packetLimit(stream, plan.durationNs, linkBps)
  return {
    direction: 'tx',
    port,
    queue,
    streams: streams.map(({ id }) => id),
    plan: encodePlan(plan, { shard, streams, lanes: makeLanes(streams, { ...plan, linkBps }), limits }),
    page: txPage(streams.length),
  }
}

function requireSpeed(streams: readonly StreamPlan[], linkBps: number | null): void {
  for (const stream of streams) {
    if (paceOf(stream, linkBps)) continue
    throw new NmgenError(
      'no-line-speed',
      `stream ${stream.name} asks for a part of the line, but ${stream.tx} has no line speed`,
      Exit.profile,
      'give the rate in packets or bits per second, e.g. 100kpps or 1Gbps',
    )
  }
}

function rxQueue(plan: Plan, port: OpenPort, queue: number, strides: readonly number[]): Queue {
  const streams = streamsOf(plan, 'rx', port)
  const histograms = streams.length <= MAX_HISTOGRAMS ? streams.length : 1
  return {
    direction: 'rx',
    port,
    queue,
    streams: streams.map(({ id }) => id),
    plan: encodePlan(plan, { streams, strides }),
    page: rxPage(streams.length, histograms),
  }
}

/** All queues of a run: TX first, then RX. */
export function makeQueues(plan: Plan, ports: readonly OpenPort[], fleet: FleetShard): Queue[] {
  const strides = plan.streams.map(
    ({ tx }) => fleet.of * (ports.find(({ name }) => name === tx)?.txQueues ?? 1),
  )
  const each = (count: number) => Array.from({ length: count }, (_, queue) => queue)
  return [
    ...ports.flatMap(port => each(port.txQueues).map(queue => txQueue(plan, port, queue, fleet))),
    ...ports.flatMap(port => each(port.rxQueues).map(queue => rxQueue(plan, port, queue, strides))),
  ]
}
