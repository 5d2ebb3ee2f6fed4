import { describe, expect, it } from 'vitest'
import { buildResult } from '../stats/build.js'
import { anEnvironment, anOutcome, aPlan, aProfile } from '../stats/run.testing.js'
import { rows } from './rows.js'

describe('a calibration', () => {
  it('is in the result and in the summary, and changes no latency', async () => {
    const run = {
      plan: aPlan(),
      outcome: anOutcome(),
      shards: 1,
      profile: aProfile,
      environment: anEnvironment,
    }
    const calibration = { samples: 9, min_ns: 90, mean_ns: 200, p50_ns: 180, p99_ns: 900, max_ns: 1000 }
    const [plain, told] = [await buildResult(run), await buildResult({ ...run, calibration })]
    expect(told).toEqual({ ...plain, calibration })
    expect(rows(told).find(({ label }) => label === 'of nmgen')?.parts).toEqual([
      'min 90 ns',
      'mean 200 ns',
      'p50 180 ns',
      'p99 900 ns',
      'max 1 us',
      'without a device, not subtracted',
    ])
    expect(rows(plain).map(({ label }) => label)).not.toContain('of nmgen')
  })
})
