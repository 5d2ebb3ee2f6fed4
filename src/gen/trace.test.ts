import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeLanes } from '../templates/lanes.js'
import { tracedNs } from '../templates/rate.js'
import { planned, pps } from '../templates/stream.testing.js'
import { traceOfShard } from './trace.js'

const traces = fc
  .tuple(fc.array(fc.nat(1000), { maxLength: 12 }), fc.integer({ min: 1, max: 500 }))
  .map(([gaps, last]) => {
    const offsetsNs = gaps.reduce<number[]>((all, gap) => [...all, all.at(-1)! + gap], [0])
    return { offsetsNs, cycleNs: offsetsNs.at(-1)! + last }
  })

it('each shard keeps the times of its own packets', () => {
  fc.assert(
    fc.property(traces, fc.integer({ min: 1, max: 9 }), (trace, stride) => {
      const [lane] = makeLanes([planned(0, pps(1), { trace })], { durationNs: null, linkBps: null })
      for (let index = 0; index < stride; index++) {
        const own = traceOfShard(lane!, { index, stride })
        expect(own.offsetsNs).toHaveLength(trace.offsetsNs.length)
        expect(own.offsetsNs.at(-1)).toBeLessThan(own.cycleNs + own.offsetsNs[0]!)
        for (let k = 0; k < 40; k++) expect(tracedNs(own, k)).toBe(tracedNs(trace, k * stride + index))
      }
    }),
  )
})
