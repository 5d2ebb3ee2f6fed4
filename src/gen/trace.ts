import type { Lane } from '../templates/lanes.js'
import type { Trace } from '../templates/plan.js'
import { tracedNs } from '../templates/rate.js'
import type { Shard } from './encode.js'

/**
 * The part of a lane's due times that one shard keeps: in so many cycles as there are shards, each has as many slots as
 * one cycle, so that what it needs is a table of the same length.
 */
export function traceOfShard({ trace }: Lane, { index, stride }: Shard): Trace {
  if (!trace) return { offsetsNs: [], cycleNs: 0 }
  const offsetsNs = trace.offsetsNs.map((_, k) => tracedNs(trace, k * stride + index))
  return { offsetsNs, cycleNs: trace.cycleNs * stride }
}
