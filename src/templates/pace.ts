/** When the slots of a lane are due, as native/tx/pace.cc has it for one shard; ns since the lane's start. */
import { splitMix64 } from './key.js'
import type { Lane } from './lanes.js'
import { nsFor, tracedNs } from './rate.js'

const golden = 0x9e3779b97f4a7c15n

/** The due times of slots 0, 1, 2 ...; a lane without pace has none. */
export function* dueTimes(lane: Lane): Generator<number, never> {
  if (lane.shape === 'poisson') return yield* poisson(lane)
  for (let slot = 0; ; slot++) yield dueNs(lane, slot)
}

function dueNs(lane: Lane, slot: number): number {
  if (lane.shape === 'ramp') return nsFor({ ...lane, shape: 'ramp' }, slot)
  if (lane.trace) return tracedNs(lane.trace, slot)
  if (lane.shape === 'burst') return Math.floor(slot / lane.burst) * lane.burst * lane.periodNs
  return slot * lane.periodNs
}

/** Exponential gaps from a generator of (key, number of the gap). 1 - u is in (0, 1]: no infinite gap. */
function* poisson({ key, periodNs }: Lane): Generator<number, never> {
  const ownKey = splitMix64(key)
  for (let draw = 0n, at = 0; ; draw++) {
    const u = Number(splitMix64(ownKey + draw * golden) >> 11n) * 2 ** -53
    at += -Math.log(1 - u) * periodNs
    yield at
  }
}
