import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build, HistogramLogReader } from 'hdr-histogram-js'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { inFolder, nmgen, runJson } from './nmgen.js'

const udp = 'profiles/udp-64b.yaml'
const two = 'test/fixtures/two-streams.yaml'
const files = [
  'latency.hlog',
  'lateness.hlog',
  'profile.resolved.yaml',
  'profile.yaml',
  'result.json',
  'schedule.hlog',
  'series.ndjson',
  'summary.txt',
]

const text = (...path: string[]) => readFileSync(join(...path), 'utf8')

/** What a terminal takes as a command: colours, cursor movements. */
const ESC = '\u001b'

describe('what a run prints', () => {
  it('is one JSON document on standard output with --json; standard error says what will be sent', async () => {
    const { stdout, stderr } = await nmgen(['run', udp, '--count', '1000', '--no-out', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'nmgen.result/1' })
    expect(stderr.split('\n').slice(1)).toEqual([
      '  udp: 1,000 x 64 B at line rate from and to a (loop:lab), addressed to 198.19.1.2',
      '',
    ])
  })

  it('is a summary on standard output, its verdict first, and progress on standard error', async () => {
    const { code, stdout, stderr } = await nmgen(['run', udp, '--count', '1000', '--no-out'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^PASS {2}udp-64b/)
    expect(stdout).toContain('sent        1,000 packets')
    expect(stderr).toMatch(/^nmgen \S+: udp-64b, 1 stream, seed 1/)
    expect(stderr).not.toContain('{')
  })

  it.each([{}, { NO_COLOR: '1' }, { NO_COLOR: '1', FORCE_COLOR: '1' }])(
    'has no ESC codes in a pipe with %o',
    async env => {
      const { stdout, stderr } = await nmgen(['run', udp, '--count', '1000', '--no-out'], { env })
      expect(stdout + stderr).not.toContain(ESC)
    },
  )

  it('is nothing but the summary with --quiet', async () => {
    const { stdout, stderr } = await nmgen(['run', udp, '--count', '1000', '--no-out', '--quiet'])
    expect(stdout).toMatch(/^PASS/)
    expect(stderr).toBe('')
  })

  it('is a line a second where nobody watches', async () => {
    const { stderr } = await nmgen(['run', two, '--duration', '1500ms', '--no-out'])
    const lines = stderr.split('\n').filter(line => /^\d+:\d\d/.test(line))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^0:0\d\/0:01 {2}tx .*pps .*missing \d/)
  })
})

describe('the folder of a run', () => {
  it('holds the result that was printed, its series, its latency and its profile', async () => {
    await inFolder(async folder => {
      const out = join(folder, 'run')
      const { stdout, result } = await runJson([two, '--duration', '1200ms', '--out', out])
      expect(readdirSync(out).sort()).toEqual(files)
      expect(text(out, 'result.json')).toBe(stdout)
      expect(text(out, 'profile.yaml')).toBe(text(two))
      expectSeries(text(out, 'series.ndjson'), result)
      expectLatency(text(out, 'latency.hlog'), result)
    })
  })

  it('is made anew in results/ where no other is named, and never written over', async () => {
    await inFolder(async cwd => {
      const args = ['run', resolve(udp), '--count', '100', '--quiet']
      for (const _ of [1, 2]) expect((await nmgen(args, { cwd })).code).toBe(0)
      const made = readdirSync(join(cwd, 'results'))
      expect(made).toHaveLength(2)
      for (const name of made) expect(name).toMatch(/^\d{8}T\d{6}Z-udp-64b-\w{4}$/)
      const again = await nmgen([...args, '--out', join('results', made[0]!)], { cwd })
      expect(again).toMatchObject({ code: 4, stdout: '' })
      expect(again.stderr).toContain('[results-not-writable]')
    })
  })

  it('is not made with --no-out', async () => {
    await inFolder(async cwd => {
      const { code } = await nmgen(['run', resolve(udp), '--count', '100', '--no-out', '--quiet'], { cwd })
      expect(code).toBe(0)
      expect(readdirSync(cwd)).toEqual([])
    })
  })

  it('holds the profile as it ran, which can be checked and run again', async () => {
    await inFolder(async folder => {
      const out = join(folder, 'run')
      const args = ['--count', '500', '--seed', '3', '--set', 'streams.tagged.frame=256B']
      const first = await runJson([two, ...args, '--out', out])
      const resolved = join(out, 'profile.resolved.yaml')
      expect(await nmgen(['check', resolved])).toMatchObject({ code: 0, stderr: '' })
      const again = await runJson([resolved, '--no-out'])
      expect(again.result.profile.resolved).toMatchObject({ seed: 3 })
      for (const name of ['mix', 'tagged'])
        expect(again.result.streams[name]!.tx_bytes).toBe(first.result.streams[name]!.tx_bytes)
    })
  })
})

function expectSeries(ndjson: string, { metrics }: Result): void {
  const samples = ndjson
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, number>)
  expect(samples.length).toBeGreaterThanOrEqual(2)
  expect(samples.at(-1)).toMatchObject({ tx_packets: metrics.tx_packets, rx_packets: metrics.rx_packets })
  const times = samples.map(sample => sample.t_s!)
  expect([...times].sort((a, b) => a - b)).toEqual(times)
}

/** Every sample of each stream is found again by the library that others read such logs with. */
function expectLatency(hlog: string, { streams }: Result): void {
  const reader = new HistogramLogReader(hlog)
  const counts = new Map<string, number>()
  for (let one = reader.nextIntervalHistogram(); one; one = reader.nextIntervalHistogram()) {
    const whole = build({ bitBucketSize: 64 })
    whole.add(one as never)
    counts.set(one.tag, (counts.get(one.tag) ?? 0) + whole.totalCount)
  }
  for (const [name, stream] of Object.entries(streams)) expect(counts.get(name)).toBe(stream.latency_count)
}

describe('the results folder of this repository', () => {
  it('is where runs go, and is ignored by git', () => {
    expect(existsSync('.gitignore') && text('.gitignore')).toMatch(/results/)
  })
})
