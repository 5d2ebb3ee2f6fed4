/** Results of made-up runs, for tests of whatever reads them. */
import { buildResult, type ResultInput } from './build.js'
import type { Result } from './result.js'
import { anEnvironment, anOutcome, aPlan, aProfile } from './run.testing.js'

/** Of one second of one stream at 1 Mpps, whole and in order, but for `change`. */
export const aResult = (change: Partial<ResultInput> = {}): Promise<Result> =>
  buildResult({
    plan: aPlan(),
    outcome: anOutcome(),
    shards: 1,
    profile: aProfile,
    environment: anEnvironment,
    ...change,
  })
