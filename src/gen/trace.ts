import { frameNumber } from '../templates/group.js'
import type { Lane } from '../templates/lanes.js'
import type { StreamPlan } from '../templates/plan.js'
import { tracedNs } from '../templates/rate.js'
import { ownShard, type Shard } from './shard.js'

/**
 * A lane with due times of its own as one shard sees it. In so many cycles as there are shards, each has as many slots as
 * one cycle, so that what it needs is a table of the same length: of its own packets, in the order in which they are due.
 */
export function laneOfShard(lane: Lane, streams: readonly StreamPlan[], shard: Shard): Lane {
  const { trace, cycles, slots } = lane
  if (!trace) return lane
  const members = [...new Set(cycles[0] ?? slots)]
  const own = members.flatMap(stream => turnsOf(streams[stream]!, stream, trace.offsetsNs.length, shard))
  own.sort((a, b) => a.slot - b.slot)
  const order = own.map(({ stream }) => stream)
  return {
    ...lane,
    trace: {
      offsetsNs: own.map(({ slot }) => tracedNs(trace, slot)),
      cycleNs: trace.cycleNs * shard.stride,
    },
    slots: order.slice(0, 1),
    cycles: members.length > 1 ? [order] : [],
  }
}

/** The slots of a member's packets, by their numbers on the wire. */
function turnsOf(stream: StreamPlan, index: number, slots: number, shard: Shard) {
  const { member } = stream
  const own = ownShard(stream, shard)
  return Array.from({ length: member?.at.length ?? slots }, (_, k) => ({
    stream: index,
    slot: Number(frameNumber(member, BigInt(k * own.stride + own.index))),
  }))
}
