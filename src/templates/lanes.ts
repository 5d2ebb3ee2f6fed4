/**
 * Who sends when. A lane is a cycle of slots, each the turn of one stream, with one shape of due times. Streams whose
 * rates have a small common measure share a lane, so that the cost of choosing does not grow with their number.
 */
import type { StreamPlan, Trace } from './plan.js'
import { type Pace, paceOf, packetLimit } from './rate.js'
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
}

export interface LaneOptions {
  durationNs: number | null
  linkBps: number | null
}

/** The longest cycle of turns; rates whose ratio needs more get lanes of their own. */
const MAX_TURNS = 16_384
/** The longest cycle of slots: a turn may have many (`mix.run_length`). */
const MAX_SLOTS = 1 << 20

interface Member {
  slot: number
  stream: StreamPlan
  pace: Pace
  /** What its turns are measured by: its rate, or at line speed its share. */
  weight: number
}

/** The lanes of `streams`, which all leave by one port. */
export function makeLanes(streams: readonly StreamPlan[], options: LaneOptions): Lane[] {
  const members = streams.flatMap((stream, slot): Member[] => {
    const pace = paceOf(stream, options.linkBps)
    return pace ? [{ slot, stream, pace, weight: weightOf(stream, pace) }] : []
  })
  const groups = [...companies(members, waitersOf(streams)).values()].flatMap(splitByRate)
  const laneOfSlot = new Map(groups.flatMap((group, lane) => group.map(({ slot }) => [slot, lane] as const)))
  const laneOfId = new Map(streams.map((stream, slot) => [stream.id, laneOfSlot.get(slot)]))
  const after = (group: readonly Member[]) => [
    ...new Set(group[0]!.stream.after.flatMap(id => laneOfId.get(id) ?? [])),
  ]
  return groups.map(group => laneOf(group, after(group), options))
}

function weightOf(stream: StreamPlan, pace: Pace): number {
  if (pace.shape === 'line') return stream.share ?? 100
  return pace.shape === 'ramp' ? pace.toPps : pace.pps
}

/** Whom each stream keeps waiting. A lane is done as a whole, so its streams must be waited for by the same. */
function waitersOf(streams: readonly StreamPlan[]): Map<number, string> {
  const waiters = new Map<number, string>()
  for (const { id, after } of streams)
    for (const other of after) waiters.set(other, `${waiters.get(other) ?? ''} ${id}`)
  return waiters
}

/** Streams that may share a lane: the same window, the same ways, the same shape. Own shapes are sent alone. */
function companies(members: readonly Member[], waiters: ReadonlyMap<number, string>): Map<string, Member[]> {
  const found = new Map<string, Member[]>()
  for (const member of members) {
    const { stream, pace } = member
    const shared = stream.share !== null
    const plain = pace.shape === 'line' || pace.shape === 'steady'
    const own = plain ? (shared && pace.shape === 'steady' ? 'total' : '') : shared ? 'total' : stream.id
    const key = [pace.shape, own, stream.startNs, stream.forNs, stream.after, waiters.get(stream.id)].join()
    const company = found.get(key)
    if (company) company.push(member)
    else found.set(key, [member])
  }
  return found
}

/** Equal rates make one cycle of one turn each; that keeps the cost linear for thousands of streams. */
function splitByRate(company: Member[]): Member[][] {
  if (company[0]!.pace.shape === 'line') return [company]
  if (wholeWeights(company.map(({ weight }) => weight))) return [company]
  const byRate = new Map<number, Member[]>()
  for (const member of company) byRate.set(member.weight, [...(byRate.get(member.weight) ?? []), member])
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

function laneOf(group: readonly Member[], after: readonly number[], options: LaneOptions): Lane {
  const [{ stream, pace }] = group as [Member]
  const sum = (of: (pace: Pace) => number) => group.reduce((total, member) => total + of(member.pace), 0)
  const order = cycle(
    group.map(({ weight }) => weight),
    stream.runLength,
  )
  const limits = group.map(member => packetLimit(member.stream, options.durationNs, options.linkBps))
  return {
    shape: pace.shape,
    periodNs: 'pps' in pace ? 1e9 / sum(one => ('pps' in one ? one.pps : 0)) : 0,
    startNs: stream.startNs,
    forNs: stream.forNs ?? 0,
    openEnded: after.length > 0 || limits.includes(null) || pace.shape === 'poisson',
    tight: stream.share !== null && group.every(({ stream }) => stream.count === null),
    burst: pace.shape === 'burst' ? pace.frames : 1,
    fromPps: sum(one => (one.shape === 'ramp' ? one.fromPps : 0)),
    toPps: sum(one => (one.shape === 'ramp' ? one.toPps : 0)),
    overNs: pace.shape === 'ramp' ? pace.overNs : 0,
    key: stream.paceKey,
    trace: stream.trace,
    after,
    slots: order.map(k => group[k]!.slot),
  }
}
