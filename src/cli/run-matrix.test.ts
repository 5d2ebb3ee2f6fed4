import { describe, expect, it, vi } from 'vitest'
import { NmgenError } from '../errors.js'
import { Exit, type ExitCode } from '../exit.js'
import type { Result } from '../stats/result.js'
import { aPlan } from '../stats/run.testing.js'
import { takeOutcome } from './outcome.js'
import { captureOutput } from './output.testing.js'
import type { ReadPlan } from './profile.js'
import type { Flags } from './run-flags.js'
import { runMatrix, worst } from './run-matrix.js'

vi.mock('../report/index.js', () => ({ resultText: (result: Result) => `${result.verdict}\n` }))

const output = captureOutput()

const plans = ['1', '2', '3'].map(
  seed => ({ plan: aPlan(), values: { seed, frame: '64B' }, combinations: 3 }) as unknown as ReadPlan,
)
const flags = { json: false, quiet: true } as Flags
const verdicts = (...given: (Result['verdict'] | NmgenError)[]) => {
  const folders: unknown[] = []
  const runOne = async (_: ReadPlan, { out }: Flags) => {
    folders.push(out)
    const verdict = given.shift()!
    if (verdict instanceof NmgenError) throw verdict
    return { result: { verdict, stopped: verdict } as unknown as Result, files: null }
  }
  return { runOne, folders }
}

describe('a matrix', () => {
  it('says the settings of each run above its result', async () => {
    await runMatrix(plans, flags, verdicts('pass', 'pass', 'fail').runOne)
    expect(output.out).toBe('seed=1 frame=64B\npass\n\nseed=2 frame=64B\npass\n\nseed=3 frame=64B\nfail\n')
    expect(takeOutcome()).toBe(Exit.threshold)
  })

  it('--json is one document', async () => {
    await runMatrix(plans, { ...flags, json: true }, verdicts('pass', 'invalid', 'pass').runOne)
    const { schema, runs } = JSON.parse(output.out)
    expect(schema).toBe('nmgen.matrix/1')
    expect(runs).toMatchObject(
      [1, 2, 3].map(seed => ({ settings: { seed: String(seed), frame: '64B' }, result: {} })),
    )
    expect(takeOutcome()).toBe(Exit.invalid)
  })

  it('goes on after a run that could not begin', async () => {
    const failure = new NmgenError('no-device', 'no such device', Exit.environment, 'plug it in')
    await runMatrix(plans, { ...flags, json: true }, verdicts('fail', failure, 'pass').runOne)
    expect(JSON.parse(output.out).runs[1]).toEqual({
      settings: { seed: '2', frame: '64B' },
      result: null,
      error: { code: 'no-device', message: 'no such device', hint: 'plug it in' },
    })
    expect(takeOutcome()).toBe(Exit.environment)
  })

  it('ends with the run that was interrupted', async () => {
    const { runOne, folders } = verdicts('broken', 'interrupted', 'pass')
    await runMatrix(plans, { ...flags, out: 'here' }, runOne)
    expect(folders).toEqual(['here/1', 'here/2'])
    expect(takeOutcome()).toBe(Exit.interrupted)
  })

  it('is a bug where a run throws anything else', async () => {
    const runOne = () => Promise.reject(new Error('oh'))
    await expect(runMatrix(plans, flags, runOne)).rejects.toThrow('oh')
  })
})

it.each<[ExitCode[], ExitCode]>([
  [[0, 0], 0],
  [[0, 10, 0], 10],
  [[10, 11], 11],
  [[11, 3, 10], 3],
  [[3, 4], 4],
  [[4, 5, 10], 5],
  [[5, 130], 130],
])('the worst of %j is %i', (exits, exit) => expect(worst(exits)).toBe(exit))
