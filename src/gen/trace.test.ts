import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameNumber } from '../templates/group.js'
import { makeLanes } from '../templates/lanes.js'
import type { Member, StreamPlan } from '../templates/plan.js'
import { tracedNs } from '../templates/rate.js'
import { planned, pps } from '../templates/stream.testing.js'
import { ownShard } from './shard.js'
import { laneOfShard } from './trace.js'

/** Gaps in front of the packets but the first, and behind the last; whose packet each is. */
const traces = fc
  .tuple(fc.array(fc.tuple(fc.nat(1000), fc.nat(2)), { maxLength: 12 }), fc.integer({ min: 1, max: 500 }))
  .map(([packets, last]) => {
    const offsetsNs = [0]
    for (const [gap] of packets) offsetsNs.push(offsetsNs.at(-1)! + gap)
    return {
      trace: { offsetsNs, cycleNs: offsetsNs.at(-1)! + last },
      owners: [0, ...packets.map(([, owner]) => owner)],
    }
  })

const strides = fc.integer({ min: 1, max: 9 })
const lanesOf = (streams: StreamPlan[]) => makeLanes(streams, { durationNs: null, linkBps: null })

describe('a shard', () => {
  it('keeps the times of its own packets', () => {
    fc.assert(
      fc.property(traces, strides, ({ trace }, stride) => {
        const streams = [planned(0, pps(1), { trace })]
        const [lane] = lanesOf(streams)
        for (let index = 0; index < stride; index++) {
          const own = laneOfShard(lane!, streams, { index, stride })
          expect(own.trace!.offsetsNs).toHaveLength(trace.offsetsNs.length)
          for (let k = 0; k < 40; k++)
            expect(tracedNs(own.trace!, k)).toBe(tracedNs(trace, k * stride + index))
        }
      }),
    )
  })

  it('sends each packet of each member in its order and at its time', () => {
    fc.assert(
      fc.property(traces, strides, ({ trace, owners }, stride) => {
        const cycle = owners.length
        const streams = [...new Set(owners)].map((owner, id) => {
          const places = owners.flatMap((one, place) => (one === owner ? [place] : []))
          const member: Member = { labels: [], cycle, places, slots: cycle, at: places }
          return planned(id, pps(1), { trace, name: 's', member })
        })
        const seen = new Map<number, number>()
        const [lane] = lanesOf(streams)
        for (let index = 0; index < stride; index++) {
          const own = laneOfShard(lane!, streams, { index, stride })
          const order = own.cycles[0] ?? own.slots
          const sent = streams.map(() => 0)
          for (let k = 0; k < 2 * cycle; k++) {
            const stream = order[k % order.length]!
            const shard = ownShard(streams[stream]!, { index, stride })
            const packet = BigInt(sent[stream]!++ * stride + shard.index)
            seen.set(Number(frameNumber(streams[stream]!.member, packet)), tracedNs(own.trace!, k))
          }
        }
        expect(seen.size).toBe(2 * cycle * stride)
        for (const [slot, due] of seen) expect(due).toBe(tracedNs(trace, slot))
      }),
    )
  })
})
