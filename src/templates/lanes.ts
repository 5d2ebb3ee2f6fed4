/**
 * Who sends when. A lane is a cycle of slots, each the turn of one stream, with one shape of due times. Streams whose
 * rates have a small common measure share a lane, so that the cost of choosing does not grow with their number. A stream
 * of several members passes each of its turns to the next in a cycle of its own.
 */
import { type Group, groupsOf, wireOrder } from './group.js'
import type { StreamPlan, Trace } from './plan.js'
import { type LaneOptions, type Pace, paceOf, packetLimit } from './rate.js'
import { lowestTerms, smoothOrder } from './sequence.js'

export interface Lane {
  shape: Pace['shape']
  /** Mean time between two slots, of all shards together; 0 for `line` and `ramp`. */
  periodNs: number
  /** After the run's start, or after the end of the lanes that it waits for. */
  startNs: number
  /** 0: no end of its own. */
  forNs: number
  /** The streams' limits do not end it in time: the clock must. */
  openEnded: boolean
  /** The turn of a stream that has sent all passes to the next: all of them end at the same time, not the lane. */
  tight: boolean
  /** `burst`: slots at once. */
  burst: number
  /** `ramp`. */
  fromPps: number
  toPps: number
  overNs: number
  /** `poisson`. */
  key: bigint
  /** `trace`: due times of one cycle, of all shards together. */
  trace: Trace | null
  /** Lanes that must be done before it starts. */
  after: readonly number[]
  /** Indices into the streams that the lanes were made for. */
  slots: readonly number[]
  /**
   * The orders of streams with members, indices as well. The slots of such a stream name the first of its cycle, which
   * goes on from turn to turn. A member that has sent all passes to the next of the cycle, in no time.
   */
  cycles: readonly (readonly number[])[]
}

/** The longest cycle of turns; rates whose ratio needs more get lanes of their own. */
const MAX_TURNS = 16_384
/** The longest cycle of slots: a turn may have many (`mix.run_length`). */
const MAX_SLOTS = 1 << 20

/** A stream of the profile among those that share a port. */
interface Sharer {
  group: Group
  stream: StreamPlan
  /** Indices of its members, in the order of the wire; of a stream without members, its own. */
  order: readonly number[]
  pace: Pace
  /** What its turns are measured by: its rate, or at line speed its share. */
  weight: number
}

/** The lanes of `streams`, which all leave by one port. */
export function makeLanes(streams: readonly StreamPlan[], options: LaneOptions): Lane[] {
  const indexOf = new Map(streams.map((stream, index) => [stream, index] as const))
  const groups = groupsOf(streams)
  const sharers = groups.flatMap((group): Sharer[] => {
    const pace = paceOf(group, options.linkBps)
    if (!pace) return []
    const order = wireOrder(group).map(position => indexOf.get(group[position]!)!)
    return [{ group, stream: group[0], order, pace, weight: weightOf(group[0], pace) }]
  })
  const companions = [...companies(sharers, waitersOf(groups)).values()].flatMap(splitByRate)
  const laneOfId = new Map(
    companions.flatMap((company, lane) => company.map(({ stream }) => [stream.id, lane] as const)),
  )
  const after = (company: readonly Sharer[]) => [
    ...new Set(company[0]!.stream.after.flatMap(id => laneOfId.get(id) ?? [])),
  ]
  return companions.map(company => laneOf(company, after(company), options))
}

function weightOf(stream: StreamPlan, pace: Pace): number {
  if (pace.shape === 'line') return stream.share ?? 100
  return pace.shape === 'ramp' ? pace.toPps : pace.pps
}

/** Whom each stream keeps waiting. A lane is done as a whole, so its streams must be waited for by the same. */
function waitersOf(groups: readonly Group[]): Map<number, string> {
  const waiters = new Map<number, string>()
  for (const [{ id, after }] of groups)
    for (const other of after) waiters.set(other, `${waiters.get(other) ?? ''} ${id}`)
  return waiters
}

/** Streams that may share a lane: the same window, the same ways, the same shape. Own shapes are sent alone. */
function companies(sharers: readonly Sharer[], waiters: ReadonlyMap<number, string>): Map<string, Sharer[]> {
  const found = new Map<string, Sharer[]>()
  for (const sharer of sharers) {
    const { stream, pace } = sharer
    const shared = stream.share !== null
    const plain = pace.shape === 'line' || pace.shape === 'steady'
    const own = plain ? (shared && pace.shape === 'steady' ? 'total' : '') : shared ? 'total' : stream.id
    // A template, because `join` would take a tenth of the time of all that is done here.
    const key = `${pace.shape} ${own} ${stream.startNs} ${stream.forNs} ${stream.after} ${waiters.get(stream.id)}`
    const company = found.get(key)
    if (company) company.push(sharer)
    else found.set(key, [sharer])
  }
  return found
}

/** Equal rates make one cycle of one turn each; that keeps the cost linear for thousands of streams. */
function splitByRate(company: Sharer[]): Sharer[][] {
  if (company[0]!.pace.shape === 'line') return [company]
  if (wholeWeights(company.map(({ weight }) => weight))) return [company]
  const byRate = new Map<number, Sharer[]>()
  for (const sharer of company) byRate.set(sharer.weight, [...(byRate.get(sharer.weight) ?? []), sharer])
  return [...byRate.values()]
}

/** Whole-number weights in the ratio of the rates, or null where that takes too long a cycle. */
export function wholeWeights(rates: readonly number[], most = MAX_TURNS): number[] | null {
  const least = Math.min(...rates)
  const sum = rates.reduce((total, rate) => total + rate / least, 0)
  for (let scale = 1; scale * sum <= most + 0.5; scale++) {
    const weights = rates.map(rate => Math.round((rate / least) * scale))
    if (weights.every((weight, k) => Math.abs(weight / scale / (rates[k]! / least) - 1) < 1e-9))
      return lowestTerms(weights)
  }
  return null
}

/** Odd shares of a line have no rate to keep: theirs are rounded to about as many turns as a cycle may have. */
function turnsOf(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return wholeWeights(weights) ?? weights.map(weight => Math.max(1, Math.round((weight / total) * MAX_TURNS)))
}

/** Each stream's turns are spread over the cycle; in its turn it sends `runLength` packets. */
export function cycle(weights: readonly number[], runLength: number): number[] {
  const turns = turnsOf(weights)
  const equal = turns.every(weight => weight === turns[0])
  const order = equal ? turns.map((_, k) => k) : smoothOrder(turns.map(weight => ({ weight })))
  const run = Math.max(1, Math.min(runLength, Math.floor(MAX_SLOTS / order.length)))
  if (turns.length === 1) return [0]
  return run === 1 ? order : order.flatMap(k => Array.from({ length: run }, () => k))
}

function laneOf(company: readonly Sharer[], after: readonly number[], options: LaneOptions): Lane {
  const [{ stream, pace }] = company as [Sharer]
  const sum = (of: (pace: Pace) => number) => company.reduce((total, sharer) => total + of(sharer.pace), 0)
  const order = cycle(
    company.map(({ weight }) => weight),
    stream.runLength,
  )
  const isEndless = () => company.some(({ group }) => packetLimit(group, options) === null)
  return {
    shape: pace.shape,
    periodNs: 'pps' in pace ? 1e9 / sum(one => ('pps' in one ? one.pps : 0)) : 0,
    startNs: stream.startNs,
    forNs: stream.forNs ?? 0,
    openEnded: options.isSteered || after.length > 0 || pace.shape === 'poisson' || isEndless(),
    tight: stream.share !== null && company.every(({ stream }) => stream.count === null),
    burst: pace.shape === 'burst' ? pace.frames : 1,
    fromPps: sum(one => (one.shape === 'ramp' ? one.fromPps : 0)),
    toPps: sum(one => (one.shape === 'ramp' ? one.toPps : 0)),
    overNs: pace.shape === 'ramp' ? pace.overNs : 0,
    key: stream.paceKey,
    trace: stream.trace,
    after,
    slots: order.map(k => company[k]!.order[0]!),
    cycles: company.map(sharer => sharer.order).filter(cycle => cycle.length > 1),
  }
}
