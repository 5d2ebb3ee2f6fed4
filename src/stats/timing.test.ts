import { describe, expect, it } from 'vitest'
import type { Timing } from '../gen/snapshot.js'
import { loadHdr } from './latency.js'
import { bucketCounts } from './run.testing.js'
import { accuracyOf, timingMetrics } from './timing.js'

const aTiming = (streams: number[], values: number[], errors: number[]): Timing => ({
  streams,
  count: values.length,
  sumNs: values.reduce((sum, value) => sum + value, 0),
  minNs: Math.min(...values),
  maxNs: Math.max(...values),
  gaps: errors.reduce((sum, count) => sum + count, 0),
  microBursts: 1,
  errors,
  counts: bucketCounts(values.map(value => [value, 1] as const)),
})

const run = {
  lateness: [
    aTiming([0], [100, 300], [5, 1, 0, 0, 2, 2]),
    aTiming([1, 2], [50, 5_000_123], [0, 0, 10, 0, 0, 0]),
  ],
  schedule: [aTiming([0], [1100, 1300], [1, 1, 1, 1, 0, 0])],
}

describe('how a schedule was kept', () => {
  it('is added up over queues, mean and extremes exactly', async () => {
    expect(timingMetrics(run, await loadHdr())).toMatchObject({
      lateness_count: 4,
      lateness_min_ns: 50,
      lateness_max_ns: 5_000_123,
      lateness_mean_ns: (100 + 300 + 50 + 5_000_123) / 4,
      lateness_p50_ns: 100,
      schedule_count: 2,
      schedule_p999_ns: 1300,
    })
  })

  it('is known of a stream that is counted alone', async () => {
    const hdr = await loadHdr()
    expect(timingMetrics(run, hdr, [0])).toMatchObject({ lateness_count: 2, schedule_count: 2 })
    expect(timingMetrics(run, hdr, [1])).toMatchObject({
      lateness_count: null,
      schedule_count: null,
    })
    expect(timingMetrics(run, hdr, [1, 2])).toMatchObject({ lateness_count: 2 })
  })

  it('says which share of the gaps came out how far off', () => {
    expect(accuracyOf(run)).toEqual({
      departures: {
        gaps: 20,
        within_64_ns: 0.25,
        within_128_ns: 0.3,
        within_256_ns: 0.8,
        within_512_ns: 0.8,
        within_1024_ns: 0.9,
        micro_bursts: 0.1,
      },
      arrivals: {
        gaps: 4,
        within_64_ns: 0.25,
        within_128_ns: 0.5,
        within_256_ns: 0.75,
        within_512_ns: 1,
        within_1024_ns: 1,
        micro_bursts: 0.25,
      },
    })
    expect(accuracyOf({ lateness: [], schedule: [] })).toBe(null)
  })
})
