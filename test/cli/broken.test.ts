/** Runs that break in the middle: what was counted until then adds up and is kept, and it takes no time. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { crashThread, freezeThread, threadOf, whyNoCrash } from '../lab/threads.js'
import { expectToAddUp } from './add-up.js'
import { inFolder, startNmgen, until } from './nmgen.js'

const udp = 'profiles/udp-64b.yaml'
const noCrash = await whyNoCrash()
const noMount = process.getuid?.() === 0 ? undefined : 'only root can mount a small disk'

const hasSampled = (out: string): boolean =>
  existsSync(join(out, 'series.ndjson')) && readFileSync(join(out, 'series.ndjson')).length > 0

const stored = (out: string): Result => JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'))

describe('a worker that crashes in native code', () => {
  it.for(['TX1', 'RX0'])('ends the run with a sentence: %s', async (worker, ctx) => {
    if (noCrash) ctx.skip(noCrash)
    await inFolder(async folder => {
      const out = join(folder, 'run')
      const run = startNmgen(['run', udp, '--queues', '2', '--duration', '20s', '--json', '--out', out])
      await until('packets flow', () => hasSampled(out), 15_000)
      const since = Date.now()
      await crashThread(run.pid!, threadOf(run.pid!, `nmgen ${worker}`)!)
      const { exitCode, stdout } = await run
      expect(Date.now() - since).toBeLessThan(5000)
      const result = stored(out)
      expect([exitCode, result.verdict, result.error?.code]).toEqual([5, 'broken', 'worker-crashed'])
      const queue = `${worker.slice(0, 2)} queue ${worker.slice(2)}`
      expect(result.error?.message).toBe(`the worker of ${queue} crashed in native code (SIGSEGV)`)
      expect(result.metrics.tx_packets).toBeGreaterThan(0)
      expect(JSON.parse(String(stdout))).toEqual(result)
      expectToAddUp(result)
    })
  })
})

describe('a sender that hangs in native code', () => {
  it.for([
    { end: 'when it is told to end', duration: '20s', asked: true },
    { end: 'when its time is over', duration: '3s', asked: false },
  ])('ends the run with a sentence $end', { timeout: 60_000 }, async ({ duration, asked }, ctx) => {
    if (noCrash) ctx.skip(noCrash)
    await inFolder(async folder => {
      const out = join(folder, 'run')
      const run = startNmgen(['run', udp, '--rate', '10kpps', '--duration', duration, '--json', '--out', out])
      await until('packets flow', () => hasSampled(out), 15_000)
      const frozen = freezeThread(threadOf(run.pid!, 'nmgen TX0')!)
      if (asked) run.kill('SIGINT')
      const since = Date.now()
      const { exitCode, stdout } = await run
      // Two seconds of the run are left where nobody asked.
      expect(Date.now() - since).toBeLessThan(asked ? 5000 : 7000)
      const result = stored(out)
      expect([exitCode, result.verdict, result.error?.code]).toEqual([5, 'broken', 'worker-hangs'])
      expect(result.error?.message).toBe('the worker of TX queue 0 on a does not end')
      expect(result.metrics.tx_packets).toBeGreaterThan(0)
      expect(JSON.parse(String(stdout))).toEqual(result)
      await frozen
    })
  })
})

describe('a sender that hangs when its receiver has crashed', () => {
  it('is given up as well, and the sentence is of what came first', { timeout: 60_000 }, async ctx => {
    if (noCrash) ctx.skip(noCrash)
    await inFolder(async folder => {
      const out = join(folder, 'run')
      const run = startNmgen(['run', udp, '--rate', '10kpps', '--duration', '20s', '--json', '--out', out])
      await until('packets flow', () => hasSampled(out), 15_000)
      const frozen = freezeThread(threadOf(run.pid!, 'nmgen TX0')!)
      await crashThread(run.pid!, threadOf(run.pid!, 'nmgen RX0')!)
      const since = Date.now()
      const { exitCode } = await run
      expect(Date.now() - since).toBeLessThan(5000)
      const { error, warnings } = stored(out)
      expect([exitCode, error?.code]).toEqual([5, 'worker-crashed'])
      expect(warnings.find(({ code }) => code === 'worker-hangs')?.message).toMatch(
        /TX queue 0.*not be counted/,
      )
      await frozen
    })
  })
})

describe('a disk that is full in the middle of a run', () => {
  it('keeps the whole result, and says what is not', { timeout: 60_000 }, async ctx => {
    if (noMount) ctx.skip(noMount)
    await inFolder(async folder => {
      const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'nmgen', folder], {
        reject: false,
      })
      if (mounted.failed) ctx.skip(`nothing can be mounted here: ${mounted.stderr}`)
      try {
        const out = join(folder, 'run')
        const run = startNmgen(['run', udp, '--rate', '10kpps', '--duration', '3s', '--json', '--out', out])
        await until('packets flow', () => hasSampled(out), 15_000)
        expect(() => writeFileSync(join(folder, 'ballast'), Buffer.alloc(1 << 20))).toThrow(/ENOSPC/)
        const { exitCode, stdout, stderr } = await run
        expect(exitCode).toBe(4)
        expect(stderr).toMatch(
          /nmgen: cannot write .*: ENOSPC \(no space left on device\) \[results-not-writable\]\n/,
        )
        expect(stderr).toContain('help: make room on the disk of ')
        const result = stored(out)
        expect(JSON.parse(String(stdout))).toEqual(result)
        expect(result.metrics.tx_packets).toBeGreaterThan(0)
        expectToAddUp(result)
      } finally {
        await execa('umount', [folder])
      }
    })
  })
})
