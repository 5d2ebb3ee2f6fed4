/** The packets of a plan in the order and at the times of a run on one queue. */
import type { Plan, StreamPlan } from '../templates/plan.js'
import { schedule } from '../templates/schedule.js'
import { framesOf } from './frames.js'
import type { Packet } from './packet.js'

export function* packetsOf(
  plan: Plan,
  streams: readonly StreamPlan[],
  first: bigint,
  count: number,
): Generator<Packet> {
  const frames = new Map<StreamPlan, Iterator<Uint8Array>>()
  let left = count
  for (const turn of schedule(streams, first)) {
    if (left-- === 0) return
    const { stream, frame, index, timeNs } = turn
    if (!frames.has(stream)) frames.set(stream, framesOf(plan, stream, index))
    yield { stream, frame, timeNs, bytes: frames.get(stream)!.next().value! }
  }
}
