/**
 * The order and the intended times of a run's packets on a single queue: what native/tx/schedule.cc does with a clock,
 * done without one. Both follow the same lanes.
 */
import { templateIndex } from './frame-choice.js'
import { frameNumber, type Group, groupsOf, indexFrom, partOf } from './group.js'
import { type Lane, makeLanes } from './lanes.js'
import { dueTimes } from './pace.js'
import type { StreamPlan } from './plan.js'
import { FCS_BYTES, packetLimit, WIRE_OVERHEAD_BYTES } from './rate.js'

/** One packet in the order in which a run would send it. */
export interface Turn {
  stream: StreamPlan
  index: bigint
  /** Its number in the stream of the profile, of which this one may be a member. */
  frame: bigint
  timeNs: number
}

/** A preview knows no link, so `line` and percents are those of 10 Gbit/s. */
const assumed = { linkBps: 10e9, durationNs: null }

interface Sender {
  stream: StreamPlan
  index: bigint
  limit: bigint | null
}

interface Wire {
  freeNs: number
}

/** The order of a stream's members, and whose turn it is there. */
interface Cycle {
  order: readonly number[]
  cursor: number
}

interface Running {
  lane: Lane
  /** All lanes of the same port, to which `lane.after` refers. */
  siblings: Running[]
  senders: readonly Sender[]
  /** By the slot that stands for the stream. */
  cycles: ReadonlyMap<number, Cycle>
  wire: Wire
  due: Iterator<number, never>
  /** null: it waits for others. */
  startNs: number | null
  /** Of its next slot, since its start. */
  dueNs: number
  cursor: number
  /** Turns it had: unpaced lanes go by the fewest. */
  turns: number
  lastNs: number
  done: boolean
}

/**
 * Packets of all streams from number `first` on; who is due first goes first. Endless unless every stream has a count or
 * a time to end (the duration of the run is not looked at).
 */
export function* schedule(streams: readonly StreamPlan[], first: bigint): Generator<Turn> {
  const ports = [...new Set(streams.map(({ tx }) => tx))]
  const lanes = ports.flatMap(port =>
    runningLanes(
      streams.filter(({ tx }) => tx === port),
      first,
    ),
  )
  for (;;) {
    for (const lane of lanes) settle(lane)
    const next = lanes.filter(isReady).reduce<Running | null>((a, b) => (a && !isBefore(b, a) ? a : b), null)
    if (!next) return
    const turn = take(next)
    if (turn) yield turn
  }
}

function runningLanes(streams: readonly StreamPlan[], first: bigint): Running[] {
  const totals = new Map(groupsOf(streams).flatMap(limitsOf))
  const senders = streams.map((stream): Sender => {
    const limit = totals.get(stream) ?? null
    return { stream, index: indexFrom(stream.member, first), limit: limit === null ? null : BigInt(limit) }
  })
  const siblings: Running[] = []
  const wire = { freeNs: 0 }
  for (const lane of makeLanes(streams, assumed)) {
    const due = dueTimes(lane)
    const startNs = lane.after.length > 0 ? null : lane.startNs
    const cycles = new Map(lane.cycles.map(order => [order[0]!, cycleFrom(order, first)] as const))
    const fresh = { cursor: 0, turns: 0, lastNs: startNs ?? 0, done: false }
    siblings.push({ lane, siblings, senders, cycles, wire, due, startNs, dueNs: due.next().value, ...fresh })
  }
  return siblings
}

function limitsOf(group: Group): [StreamPlan, number | null][] {
  const total = packetLimit(group, assumed)
  return group.map(stream => [stream, total === null ? null : partOf(stream.member, total)])
}

const cycleFrom = (order: readonly number[], first: bigint): Cycle => ({
  order,
  cursor: Number(first % BigInt(order.length)),
})

const isReady = (lane: Running): boolean => !lane.done && lane.startNs !== null

const isPaced = ({ lane }: Running): boolean => lane.shape !== 'line'

/** What is paced goes when it is due, the others when the wire is free. */
const timeOf = (lane: Running): number =>
  isPaced(lane) ? lane.startNs! + lane.dueNs : Math.max(lane.startNs!, lane.wire.freeNs)

function isBefore(a: Running, b: Running): boolean {
  const difference = timeOf(a) - timeOf(b)
  if (difference !== 0) return difference < 0
  if (isPaced(a) !== isPaced(b)) return isPaced(a)
  return !isPaced(a) && a.turns < b.turns
}

/** Starts a lane that has waited long enough; ends one whose time is over or whose streams have sent all. */
function settle(lane: Running): void {
  if (lane.done) return
  if (lane.startNs === null) {
    const others = lane.lane.after.map(index => lane.siblings[index]!)
    if (!others.every(({ done }) => done)) return
    lane.startNs = Math.max(...others.map(({ lastNs }) => lastNs)) + lane.lane.startNs
  }
  const end = lane.lane.forNs > 0 ? lane.startNs + lane.lane.forNs : Number.POSITIVE_INFINITY
  const late = lane.lane.openEnded && timeOf(lane) >= end
  if (late) lane.lastNs = end
  lane.done = late || [lane.lane.slots, ...lane.lane.cycles].every(part => isOver(lane, part))
}

const isOver = ({ senders }: Running, slots: readonly number[]): boolean =>
  slots.every(slot => isEmpty(senders[slot]!))

const isEmpty = ({ index, limit }: Sender): boolean => limit !== null && index >= limit

/** The next slot's packet; undefined: its stream has sent all, and the turn stays empty or passes on. */
function take(lane: Running): Turn | undefined {
  const timeNs = Math.max(timeOf(lane), lane.lane.shape === 'burst' ? lane.lastNs : 0)
  const sender = nextSender(lane)
  lane.cursor = (lane.cursor + 1) % lane.lane.slots.length
  const passes = isEmpty(sender) && (lane.lane.tight || !isPaced(lane))
  if (!passes) lane.dueNs = lane.due.next().value
  if (isEmpty(sender)) return undefined
  const { stream, index } = sender
  const wireNs = onWireNs(stream, index)
  sender.index++
  lane.turns++
  // The frames of a burst stand one behind the other.
  lane.lastNs = lane.lane.shape === 'burst' ? timeNs + wireNs : timeNs
  lane.wire.freeNs = Math.max(lane.wire.freeNs, timeNs) + wireNs
  return { stream, index, frame: frameNumber(stream.member, index), timeNs }
}

/** Whose turn it is: of a stream with members, the next one that has something left. */
function nextSender({ lane, cursor, cycles, senders }: Running): Sender {
  const slot = lane.slots[cursor]!
  const cycle = cycles.get(slot)
  if (!cycle) return senders[slot]!
  for (let tried = 0; tried < cycle.order.length; tried++) {
    const sender = senders[cycle.order[cycle.cursor]!]!
    cycle.cursor = (cycle.cursor + 1) % cycle.order.length
    if (!isEmpty(sender)) return sender
  }
  return senders[slot]!
}

function onWireNs(stream: StreamPlan, index: bigint): number {
  const template = stream.templates[templateIndex(stream, index)]!
  const bytes = template.bytes.length + FCS_BYTES + WIRE_OVERHEAD_BYTES
  return ((bytes * 8) / assumed.linkBps) * 1e9
}
