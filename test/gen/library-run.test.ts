import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type * as Engine from '../../src/gen/engine.js'
import { loadProfile } from '../../src/profile/load.js'
import { compile } from '../../src/templates/compile.js'
import type { Plan } from '../../src/templates/plan.js'
import { inFolder, nmgen } from '../cli/nmgen.js'

function planOf(file: string, set: readonly string[]): Plan {
  const { profile } = loadProfile(readFileSync(file, 'utf8'), { file, set })
  return compile(profile!).plan!
}

const counted = (count: number) => planOf('profiles/udp-64b.yaml', [`streams.udp.count=${count}`])
const endless = planOf('test/fixtures/two-streams.yaml', ['duration=20s'])

// Compiled: the engine starts its workers from the file beside it. By its URL, for types are checked before a build.
const compiled = new URL('../../dist/gen/engine.js', import.meta.url).href
const { startRun: start } = (await import(compiled)) as typeof Engine
const sum = (queues: readonly { packets: number }[]) =>
  queues.reduce((total, { packets }) => total + packets, 0)

describe('the engine in a process of somebody else', () => {
  it('runs twice, one after the other, each with counters of its own', async () => {
    for (const count of [5000, 3000]) {
      const outcome = await (await start(counted(count))).done
      expect(outcome).toMatchObject({ stopped: 'count' })
      expect([sum(outcome.final.tx), sum(outcome.final.rx)]).toEqual([count, count])
      expect(outcome.final.rx[0]!.streams[0]).toMatchObject({ packets: count, latencyCount: count })
    }
  })

  it('leaves its device closed where a run cannot begin', async () => {
    const cores = { ...counted(10), cores: [9999] }
    await expect(start(cores)).rejects.toMatchObject({ code: 'no-such-cpu', exit: 4 })
    expect((await (await start(counted(10))).done).stopped).toBe('count')
  })

  it('shows its counters while it sends, and stops when it is told to', async () => {
    const run = await start(endless)
    while (sum(run.snapshot().tx) < 1000) await new Promise(done => setTimeout(done, 10))
    const before = run.snapshot()
    expect(before.elapsedNs).toBeGreaterThan(0)
    run.stop('interrupted')
    const { stopped, final, latency } = await run.done
    expect(stopped).toBe('interrupted')
    expect(sum(final.tx)).toBeGreaterThanOrEqual(sum(before.tx))
    expect(sum(final.rx)).toBe(sum(final.tx))
    const samples = latency.flatMap(({ counts }) => [...counts]).reduce((total, n) => total + n, 0n)
    expect(Number(samples)).toBe(sum(final.tx))
    expect([...final.tx, ...final.rx].some(({ running }) => running)).toBe(false)
  })

  it('stops sending when nobody is left to stop it, and only then', async () => {
    const run = async (blockedMs: number) => {
      const { stdout } = await execa('node', ['test/gen/hang.mjs', `${blockedMs}`], { timeout: 25_000 })
      return JSON.parse(stdout)
    }
    const [hung, slow] = await Promise.all([run(7_000), run(2_000)])
    expect(hung).toMatchObject({ stopped: 'failed', code: 'unattended', runningAtWake: false })
    expect(hung.lastS).toBeGreaterThanOrEqual(4.5)
    expect(hung.packets).toBeLessThan(8 * 10_000)
    expect(slow).toMatchObject({ stopped: 'duration', code: null })
  })

  it('lets a process end whose own mistake it is, whatever a loop of ours waits for', async () => {
    await inFolder(async folder => {
      const file = join(folder, 'sent.pcap')
      await nmgen(['preview', 'profiles/udp-64b.yaml', '--count', '2000', '--pcap', file])
      const ended = await execa('node', ['test/gen/exception.mjs', file], { reject: false, timeout: 20_000 })
      expect(ended).toMatchObject({ exitCode: 1, timedOut: false })
      expect(ended.stderr).toContain('a mistake of somebody else')
    })
  })

  it('ends with a reason, and what was counted, where a worker cannot do its work', async () => {
    // A field beyond the end of its frame: the native core refuses what no profile can say.
    const plan = counted(10)
    const broken = {
      ...plan,
      streams: plan.streams.map(stream => ({
        ...stream,
        fields: stream.fields.map(field => ({ ...field, offset: 9999 })),
      })),
    }
    const outcome = await (await start(broken)).done
    expect(outcome.stopped).toBe('failed')
    expect(outcome.error).toMatchObject({ code: 'bad-plan', message: expect.any(String) })
    expect(sum(outcome.final.tx)).toBe(0)
    expect((await (await start(counted(10))).done).stopped).toBe('count')
  })
})
