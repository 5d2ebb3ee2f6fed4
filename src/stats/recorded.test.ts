import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { native } from '../gen/native.js'
import { HISTOGRAM_CELLS } from '../gen/page-cells.js'
import { GEOMETRY, loadHdr, toHistogram } from './latency.js'

const hdr = await loadHdr()

const recorded = (values: readonly number[]): BigUint64Array => {
  const counts = new BigUint64Array(HISTOGRAM_CELLS)
  expect(native().record(BigUint64Array.from(values, BigInt), counts)).toBe(null)
  return counts
}

/** From 1 ns to a minute, as often in each power of two. */
const durations = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 35 }), fc.double({ min: 1, max: 2, noNaN: true }))
    .map(([power, part]) => Math.min(Math.floor(2 ** power * part), 60e9)),
  { minLength: 1, maxLength: 300 },
)

describe('histograms that the native core records', () => {
  it('are those of hdr-histogram-js for the same values, bucket for bucket', () => {
    fc.assert(
      fc.property(durations, values => {
        const theirs = hdr.build({ ...GEOMETRY, bitBucketSize: 64 }) as ReturnType<typeof toHistogram>
        for (const value of values) theirs.recordValue(value)
        const ours = recorded(values)
        for (let k = 0; k < HISTOGRAM_CELLS; k++)
          if (Number(ours[k]) !== theirs.getCountAtIndex(k))
            expect([k, Number(ours[k])]).toEqual([k, theirs.getCountAtIndex(k)])
        const whole = toHistogram(hdr, [ours])
        for (const percentile of [0, 50, 90, 99, 99.9, 100])
          expect(whole.getValueAtPercentile(percentile)).toBe(theirs.getValueAtPercentile(percentile))
      }),
      { numRuns: 30 },
    )
  })

  it('of several queues are together that of one', () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const merged = toHistogram(hdr, [recorded(some), recorded(others)])
        const one = toHistogram(hdr, [recorded([...some, ...others])])
        expect(merged.toString()).toBe(one.toString())
        expect(merged.totalCount).toBe(some.length + others.length)
      }),
      { numRuns: 20 },
    )
  })
})
