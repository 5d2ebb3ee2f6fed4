import { expect, it } from 'vitest'
import { buildResult } from '../stats/build.js'
import { anEnvironment, anOutcome, aPlan, aProfile } from '../stats/run.testing.js'
import { calibrationOf } from './run-calibrate.js'

it('a calibration that measured nothing is no calibration', async () => {
  const error = { code: 'worker-died', message: 'the worker died' }
  const outcome = anOutcome({ stopped: 'failed', error })
  const result = await buildResult({
    plan: aPlan(),
    outcome,
    shards: 1,
    profile: aProfile,
    environment: anEnvironment,
  })
  expect(() => calibrationOf(result)).toThrowError(
    expect.objectContaining({
      code: 'not-calibrated',
      exit: 5,
      message: expect.stringContaining('the worker died'),
    }),
  )
})
