/** What each worker gets: its plan, its page, its CPU. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Group, groupsOf, hearsGroups, partOf } from '../templates/group.js'
import { makeLanes } from '../templates/lanes.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { paceOf, packetLimit } from '../templates/rate.js'
import { type Bodies, encodePlan } from './encode.js'
import type { Source } from './native.js'
import { departuresOf, type Page, rxPage, txPage } from './page.js'
import type { OpenPort } from './ports.js'
import { ownShard, type Shard } from './shard.js'
import type { TapTask } from './worker.js'

export interface Queue {
  direction: 'tx' | 'rx'
  port: OpenPort
  queue: number
  /** Ids of the streams on the page, in its order. */
  streams: readonly number[]
  /** Of a receiver, in the same order: which histogram of the page is the stream's. */
  histograms: readonly number[]
  plan: Uint8Array
  /** Of a sender: its part of every stream. */
  shard?: Shard
  page: Page
  /** Of a receiver: where it is known when packets were due. */
  sources: readonly Source[]
  tap?: TapTask
}

/** A run's part of a fleet: shard `index` of `of`. */
export interface FleetShard {
  index: number
  of: number
}

/** Of an RX queue; 216 KiB each. */
export const MAX_HISTOGRAMS = 64

const everyStream = () => ''
const ofProfile = ({ name }: StreamPlan) => name
const ofLabels = ({ name, member }: StreamPlan) => [name, ...(member?.labels ?? [])].join()

/**
 * By the place of each stream, which latency histogram it has: one for the members of a stream that carry the same
 * labels, else one for each stream of the profile, else one for all.
 */
export function histogramsOf(streams: readonly StreamPlan[]): number[] {
  for (const keyOf of [ofLabels, ofProfile, everyStream]) {
    const keys = new Map<string, number>()
    const found = streams.map(stream => {
      const key = keyOf(stream)
      if (!keys.has(key)) keys.set(key, keys.size)
      return keys.get(key)!
    })
    if (keys.size <= MAX_HISTOGRAMS) return found
  }
  throw new Error('one histogram is not too many')
}

const streamsOf = (plan: Plan, direction: 'tx' | 'rx', port: OpenPort): StreamPlan[] =>
  plan.streams.filter(stream => stream[direction] === port.name)

interface Sender {
  shard: Shard
  queue: Queue
}

interface Sending {
  plan: Plan
  fleet: FleetShard
  bodies: Bodies
  isSteered: boolean
}

function txQueue(port: OpenPort, queue: number, { plan, fleet, bodies, isSteered }: Sending): Sender {
  const streams = streamsOf(plan, 'tx', port)
  // A fleet's shard is what it is on any number of queues: packets of index `fleet.index` modulo `fleet.of`.
  const shard: Shard = { index: fleet.index + fleet.of * queue, stride: fleet.of * port.txQueues }
  const { linkBps } = port.facts
  const groups = groupsOf(streams)
  requireSpeed(groups, linkBps)
  const options = { durationNs: plan.durationNs, linkBps, isSteered }
  const limits: (number | null)[] = []
  for (const group of groups) {
    const total = packetLimit(group, options)
    for (const { id, member } of group) limits[id] = total === null ? null : partOf(member, total)
  }
  const lanes = makeLanes(streams, options)
  const made: Queue = {
    direction: 'tx',
    port,
    queue,
    streams: streams.map(({ id }) => id),
    histograms: [],
    plan: encodePlan(plan, { shard, streams, lanes, limits, bodies }),
    page: txPage(streams.length, groups.some(isPaced), ringOf(streams)),
    sources: [],
    shard,
  }
  return { shard, queue: made }
}

/** Of no use where nobody can ask: receivers go by signatures. */
const MAX_RINGS = 64
const RING_CELLS = 2 ** 18

/** Packets of each stream that may be under way before their lateness is forgotten. */
function ringOf(streams: readonly StreamPlan[]): number {
  if (streams.length > MAX_RINGS || !streams.some(({ signature }) => signature !== null)) return 0
  const share = 2 ** Math.floor(Math.log2(RING_CELLS / streams.length))
  return Math.min(65_536, share)
}

const isPaced = ([{ rate, trace }]: Group): boolean => trace !== null || rate.kind !== 'line'

function requireSpeed(groups: readonly Group[], linkBps: number | null): void {
  for (const group of groups) {
    if (paceOf(group, linkBps)) continue
    const [{ name, tx }] = group
    throw new NmgenError(
      'no-line-speed',
      `stream ${name} asks for a part of the line, but ${tx} has no line speed`,
      Exit.profile,
      'give the rate in packets or bits per second, e.g. 100kpps or 1Gbps',
    )
  }
}

/** Each ring of a TX queue about streams that are received here. */
function sourcesOf(streams: readonly StreamPlan[], senders: readonly Sender[]): Source[] {
  return senders.flatMap(({ shard, queue: { page, port, streams: ids } }) =>
    // Of thousands of streams none has a ring, and to look each of them up would take longer than all the rest.
    (departuresOf(page, 0) ? streams : [])
      .filter(stream => stream.tx === port.name && stream.signature !== null)
      .flatMap(stream => {
        const ring = departuresOf(page, ids.indexOf(stream.id))
        return ring ? [{ stream: stream.id, residue: ownShard(stream, shard).index, ring }] : []
      }),
  )
}

/** Where on a receiver's page the groups of its k-th stream begin. */
export function groupsBefore(streams: readonly StreamPlan[], k: number): number {
  const counted = streams.slice(0, k).filter(hearsGroups)
  return counted.reduce((sum, { account }) => sum + (account?.groups.length ?? 0), 0)
}

interface Receiving {
  plan: Plan
  bodies: Bodies
  strides: readonly number[]
  senders: readonly Sender[]
}

function rxQueue(port: OpenPort, queue: number, { plan, bodies, strides, senders }: Receiving): Queue {
  const streams = streamsOf(plan, 'rx', port)
  const histograms = histogramsOf(streams)
  const byId: number[] = []
  for (const [k, { id }] of streams.entries()) byId[id] = histograms[k]!
  const sources = sourcesOf(streams, senders)
  const groups = groupsBefore(streams, streams.length)
  return {
    direction: 'rx',
    port,
    queue,
    streams: streams.map(({ id }) => id),
    histograms,
    plan: encodePlan(plan, { streams, strides, histograms: byId, bodies, accounts: true }),
    page: rxPage({
      streams: streams.length,
      histograms: new Set(histograms).size,
      timed: sources.length > 0,
      groups,
      groupHistograms: groups <= MAX_HISTOGRAMS,
    }),
    sources,
  }
}

/** All queues of a run: TX first, then RX. */
export function makeQueues(
  plan: Plan,
  ports: readonly OpenPort[],
  fleet: FleetShard,
  isSteered = false,
): Queue[] {
  const strides = plan.streams.map(
    ({ tx }) => fleet.of * (ports.find(({ name }) => name === tx)?.txQueues ?? 1),
  )
  const each = (count: number) => Array.from({ length: count }, (_, queue) => queue)
  const bodies: Bodies = new Map()
  const sending = { plan, fleet, bodies, isSteered }
  const senders = ports.flatMap(port => each(port.txQueues).map(queue => txQueue(port, queue, sending)))
  const receiving = { plan, bodies, strides, senders }
  return [
    ...senders.map(({ queue }) => queue),
    ...ports.flatMap(port => each(port.rxQueues).map(queue => rxQueue(port, queue, receiving))),
  ]
}
