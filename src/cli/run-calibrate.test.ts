import { expect, it } from 'vitest'
import { aResult } from '../stats/result.testing.js'
import { anOutcome } from '../stats/run.testing.js'
import { calibrationOf } from './run-calibrate.js'

it('a calibration that measured nothing is no calibration', async () => {
  const error = { code: 'worker-died', message: 'the worker died' }
  const outcome = anOutcome({ stopped: 'failed', error })
  const result = await aResult({
    outcome,
  })
  expect(() => calibrationOf(result)).toThrowError(
    expect.objectContaining({
      code: 'not-calibrated',
      exit: 5,
      message: expect.stringContaining('the worker died'),
    }),
  )
})
