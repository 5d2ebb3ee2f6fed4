import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { inFolder, nmgen, runJson } from './nmgen.js'

/** How a command ends: its exit code, and the code in brackets. */
async function ended(args: readonly string[], env: Record<string, string> = {}): Promise<[number, string]> {
  const { code, stderr } = await nmgen(args, { env })
  return [code ?? -1, [...stderr.matchAll(/\[([\w-]+)\]\n/g)].at(-1)?.[1] ?? stderr]
}

describe('a command that fails says why, by a code of its own', () => {
  it('of its profile or its configuration', async () =>
    inFolder(async folder => {
      const bad = join(folder, 'bad.yaml')
      writeFileSync(bad, 'version: 1\nname: bad\nsed: 5\nstreams: []\n')
      mkdirSync(join(folder, 'nmgen', 'config.yaml'), { recursive: true })
      expect(await ended(['run', bad])).toEqual([3, 'bad-profile'])
      expect(await ended(['run', folder])).toEqual([3, 'profile-unreadable'])
      const config = { XDG_CONFIG_HOME: folder }
      expect(await ended(['preview', 'profiles/udp-64b.yaml'], config)).toEqual([3, 'config-unreadable'])
    }))

  it('of the results that it reads', async () =>
    inFolder(async folder => {
      const file = join(folder, 'result.json')
      writeFileSync(file, '{"schema": "nmgen.result/99"}')
      expect(await ended(['report', file])).toEqual([11, 'bad-result'])
      const [a, b] = [join(folder, 'a'), join(folder, 'b')]
      await runJson(['profiles/udp-64b.yaml', '--count', '10', '--out', a])
      await runJson(['profiles/ipv6-udp.yaml', '--count', '10', '--out', b])
      expect(await ended(['compare', a, b])).toEqual([11, 'not-comparable'])
      expect(await ended(['report', '--merge', a, b])).toEqual([11, 'not-mergeable'])
      expect(await ended(['baseline', 'update', a, '--dir', folder])).toEqual([11, 'bad-baseline'])
      expect(await ended(['trend', join(folder, 'none')])).toEqual([2, 'bad-history'])
      rmSync(join(a, 'latency.hlog'))
      expect(await ended(['report', a, '--format', 'hgrm'])).toEqual([2, 'no-histogram'])
    }))

  it('of its device', async () =>
    inFolder(async folder => {
      const pipe = join(folder, 'pipe')
      await execa('mkfifo', [pipe])
      const run = ['run', 'profiles/udp-64b.yaml', '--count', '10', '--no-out']
      expect(await ended([...run, '--tx', `pcap:${pipe}`])).toEqual([4, 'no-reader'])
      expect(await ended([...run, '--rx', 'xdp:lo'])).toEqual([3, 'sends-only'])
    }))

  it('of the address that it serves', async () => {
    const args = ['run', 'profiles/udp-64b.yaml', '--count', '10', '--no-out', '--metrics', '192.0.2.1:9']
    expect(await ended(args)).toEqual([4, 'cannot-listen'])
  })

  it('of the runs that it compares', async () =>
    inFolder(async folder => {
      const [a, b, noise] = ['a', 'b', 'noise.json'].map(name => join(folder, name)) as [
        string,
        string,
        string,
      ]
      for (const out of [a, b]) await runJson(['profiles/udp-64b.yaml', '--count', '10', '--out', out])
      writeFileSync(noise, '{"schema": "nmgen.noise/9"}')
      expect(await ended(['compare', a, b, '--noise', noise, '--allow-env-diff'])).toEqual([2, 'bad-noise'])
      const gone = ['compare', '--run', 'profiles/udp-64b.yaml', '--aa', '--warm-up', '0s', '--count', '10']
      const runs = ['--tx', 'afpacket:nmgen-gone', '--out', join(folder, 'runs')]
      expect(await ended([...gone, ...runs])).toEqual([4, 'trial-failed'])
    }))

  // NODE_OPTIONS hold for worker threads, too: this one ends before its first packet, as of too little memory.
  it('of a worker that dies in JavaScript', async () =>
    inFolder(async folder => {
      const script = join(folder, 'die.cjs')
      writeFileSync(script, "if (!require('node:worker_threads').isMainThread) process.exit(7)\n")
      const env = { NODE_OPTIONS: `--require=${script}` }
      const out = join(folder, 'run')
      const args = ['run', 'profiles/udp-64b.yaml', '--count', '10', '--json', '--out', out]
      const { code, stdout } = await nmgen(args, { env })
      const { verdict, error } = JSON.parse(stdout) as Result
      expect([code, verdict, error?.code]).toEqual([5, 'broken', 'worker-died'])
      expect(error?.message).toMatch(/^the worker of [TR]X queue 0 on a died: exit code 7$/)
    }))
})

describe('a run in which not one packet was due', () => {
  it('says that nothing was sent', async () => {
    const later = ['--set', 'streams.udp.start=10s', '--duration', '100ms', '--no-out']
    const { result } = await runJson(['profiles/udp-64b.yaml', ...later])
    expect(result.metrics.tx_packets).toBe(0)
    expect(result.warnings.map(({ code }) => code)).toContain('nothing-sent')
  })
})
