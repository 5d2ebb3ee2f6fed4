import type { StreamPlan } from '../templates/plan.js'

/** Every `stride`-th packet, from `index` on. */
export interface Shard {
  index: number
  stride: number
}

/** How many of a stream's `count` packets fall to a shard. */
export function shareOf(count: number, shard: Shard): number {
  return Math.max(0, Math.ceil((count - shard.index) / shard.stride))
}

/** The shard as a member of a stream counts it: packet i goes to shard (i + its first place) mod stride. */
export function ownShard({ member }: StreamPlan, { index, stride }: Shard): Shard {
  const first = (member?.places[0] ?? 0) % stride
  return { index: (index + stride - first) % stride, stride }
}
