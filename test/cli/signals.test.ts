import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { expectToAddUp } from './add-up.js'
import { inFolder, startNmgen, until } from './nmgen.js'

const started = (out: string) => {
  const log = join(out, 'latency.hlog')
  return existsSync(log) && statSync(log).size > 0
}

interface Stopped {
  code: number | undefined
  stdout: string
  ms: number
  result: Result
}

/** Starts a long run, sends it a signal once packets flow, and waits for its end. */
async function stopped(
  profile: string,
  signal: 'SIGINT' | 'SIGTERM',
  flags: string[] = [],
): Promise<Stopped> {
  return inFolder(async folder => {
    const out = join(folder, 'run')
    const run = startNmgen(['run', profile, '--duration', '20s', '--json', '--out', out, ...flags])
    await until('the run begins', () => started(out))
    await new Promise(done => setTimeout(done, 300))
    const asked = Date.now()
    run.kill(signal)
    const { exitCode, stdout } = await run
    const ms = Date.now() - asked
    const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result
    return { code: exitCode, stdout: String(stdout), ms, result }
  })
}

describe('a run that is asked to stop', () => {
  it('ends within three seconds and still writes the whole result', async () => {
    const { code, stdout, ms, result } = await stopped('profiles/udp-64b.yaml', 'SIGINT')
    expect(code).toBe(130)
    expect(ms).toBeLessThan(3000)
    expect(result).toMatchObject({ verdict: 'interrupted', stopped: 'interrupted' })
    expect(JSON.parse(stdout)).toEqual(result)
    expect(result.metrics.tx_packets).toBeGreaterThan(0)
    expect(result.metrics).toMatchObject({ lost: 0, latency_count: result.metrics.rx_packets })
    expectToAddUp(result)
  })

  it('counts the streams and queues of a paced run as exactly', async () => {
    const { code, result } = await stopped('test/fixtures/two-streams.yaml', 'SIGINT')
    expect(code).toBe(130)
    expect(result.streams.mix!.tx_packets).toBeGreaterThan(0)
    expectToAddUp(result)
  })

  it('says 143 where it was terminated', async () => {
    const { code, result } = await stopped('profiles/imix.yaml', 'SIGTERM')
    expect(code).toBe(143)
    expect(result).toMatchObject({ verdict: 'interrupted', stopped: 'terminated' })
    expectToAddUp(result)
  })

  it('goes at once when it is asked twice', async () => {
    await inFolder(async folder => {
      const out = join(folder, 'run')
      const run = startNmgen(['run', 'profiles/udp-64b.yaml', '--duration', '20s', '--json', '--out', out])
      await until('the run begins', () => started(out))
      run.kill('SIGINT')
      run.kill('SIGTERM')
      const { exitCode } = await run
      expect([130, 143]).toContain(exitCode)
    })
  })
})
