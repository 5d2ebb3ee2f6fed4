/** `nmgen preview --stats`: counts the packets instead of showing them. */

import { framesOf } from '../library/frames.js'
import { type Census, counter, emptyCensus, merge } from '../templates/census/census.js'
import { groupsOf } from '../templates/group.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { schedule } from '../templates/schedule.js'

export interface NamedCensus {
  stream: string
  census: Census
}

export interface Counted {
  streams: readonly NamedCensus[]
  total: Census
}

/** Of the first `count` packets from number `first` on, in the order in which they would be sent. */
export function countPackets(
  plan: Plan,
  streams: readonly StreamPlan[],
  { first, count }: { first: bigint; count: number },
): Counted {
  const turns = turnsOf(streams, first, count)
  const counted = groupsOf(streams).map(group => {
    const census = emptyCensus()
    for (const stream of group) {
      const part = turns.get(stream)
      if (part) countStream(plan, stream, part, census)
    }
    return { stream: group[0].name, census }
  })
  return { streams: counted, total: counted.length === 1 ? counted[0]!.census : totalOf(counted) }
}

/** Packets first..first+count-1 of a StreamPlan: which one's turn it is, is all that the order tells. */
interface Part {
  first: bigint
  count: number
}

function turnsOf(streams: readonly StreamPlan[], first: bigint, count: number): Map<StreamPlan, Part> {
  const parts = new Map<StreamPlan, Part>()
  let left = count
  for (const { stream, index } of schedule(streams, first)) {
    if (left-- === 0) break
    const part = parts.get(stream)
    if (part) part.count++
    else parts.set(stream, { first: index, count: 1 })
  }
  return parts
}

function countStream(plan: Plan, stream: StreamPlan, { first, count }: Part, census: Census): void {
  const counting = counter(stream, census)
  let index = first
  for (const bytes of framesOf(plan, stream, first, count)) counting.add(index++, bytes)
  counting.finish()
}

function totalOf(streams: readonly NamedCensus[]): Census {
  const total = emptyCensus()
  for (const { census } of streams) merge(total, census)
  return total
}
