import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { inFolder, nmgen, runJson } from './nmgen.js'

const quick = ['profiles/udp-64b.yaml', '--count', '20000', '--rate', '500kpps', '--no-out']
let one: Result
beforeAll(async () => {
  one = (await runJson([...quick, '--set', 'expect=[]'])).result
})

/** Five results whose rates are `factor` times that of a real one. */
function store(folder: string, factor: number, change: Partial<Result> = {}): string {
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < 5; i++) {
    const times = factor * (1 + i / 1000)
    const metrics = { ...one.metrics, tx_pps: 5e5 * times, rx_pps: 5e5 * times }
    mkdirSync(join(folder, `run${i}`))
    writeFileSync(
      join(folder, `run${i}`, 'result.json'),
      JSON.stringify({ ...one, verdict: 'pass', metrics, ...change }),
    )
  }
  return folder
}

describe('nmgen compare', () => {
  it('tells by its exit what became of a device: the same, slower, not comparable', async () => {
    await inFolder(async folder => {
      const base = store(join(folder, 'base'), 1)
      const environment = { ...one.environment, kernel: '2.0.40' }
      const cases = [
        [store(join(folder, 'same'), 1.001), 0, /^EQUIVALENT/],
        [store(join(folder, 'slow'), 0.9), 10, /^REGRESSION.*rx_pps/],
        [store(join(folder, 'fast'), 1.2), 0, /^IMPROVEMENT/],
        [store(join(folder, 'other'), 0.9, { environment }), 11, /kernel: .* \/ 2\.0\.40/],
      ] as const
      for (const [current, exit, said] of cases) {
        const { code, stdout } = await nmgen(['compare', base, current])
        expect([code, stdout]).toEqual([exit, expect.stringMatching(said)])
      }
    })
  })

  it('writes each format to its file, and the summary of a job', async () => {
    await inFolder(async folder => {
      const [base, slow] = [store(join(folder, 'base'), 1), store(join(folder, 'slow'), 0.9)]
      const file = (name: string) => join(folder, name)
      const flags = ['--out-json', file('c.json'), '--junit', file('j.xml'), '--markdown', file('m.md')]
      const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file('summary.md') }
      const { code, stderr } = await nmgen(['compare', base, slow, ...flags], { env })
      expect([code, stderr]).toEqual([
        10,
        expect.stringMatching(/^::error file=profiles\/udp-64b\.yaml,line=1/),
      ])
      expect(JSON.parse(readFileSync(file('c.json'), 'utf8'))).toMatchObject({
        schema: 'nmgen.compare/1',
        verdict: 'regression',
      })
      expect(readFileSync(file('j.xml'), 'utf8')).toContain('<failure type="regression"')
      expect(readFileSync(file('summary.md'), 'utf8')).toBe(readFileSync(file('m.md'), 'utf8'))
    })
  })

  it('refuses a result that is damaged, cut short, or of a later nmgen', async () => {
    await inFolder(async folder => {
      const base = store(join(folder, 'base'), 1)
      const text = JSON.stringify(one)
      const bad = {
        'cut.json': [text.slice(0, 1000), /cut\.json is no JSON, cut short: /],
        'later.json': [
          text.replace('nmgen.result/1', 'nmgen.result/7'),
          /version 7, and this nmgen reads version 1/,
        ],
        'other.json': ['{"schema": "else"}', /is no nmgen\.result/],
        'damaged.json': [
          JSON.stringify({ ...one, metrics: { tx_pps: 'fast' } }),
          /is damaged: metrics\.tx_pps: /,
        ],
        'absent.json': [undefined, /cannot read .*absent\.json: ENOENT/],
      } as const
      for (const [name, [content, said]] of Object.entries(bad)) {
        if (content !== undefined) writeFileSync(join(folder, name), content)
        const { code, stderr } = await nmgen(['compare', base, join(folder, name)])
        expect([code, stderr]).toEqual([content === undefined ? 2 : 11, expect.stringMatching(said)])
      }
    })
  })

  it('makes the runs in turn itself, and keeps them', async () => {
    await inFolder(async folder => {
      const out = join(folder, 'runs')
      const flags = [
        '--pairs',
        '4',
        '--count',
        '2000',
        '--rate',
        '100kpps',
        '--warm-up',
        '0s',
        '--set',
        'expect=[]',
      ]
      const { code, stdout, stderr } = await nmgen(
        ['compare', '--run', 'profiles/udp-64b.yaml', 'profiles/vlan.yaml', ...flags, '--out', out, '--json'],
        { timeout: 60_000 },
      )
      expect([0, 10, 11], stderr).toContain(code)
      const { mode, profiles } = JSON.parse(stdout) as {
        mode: string
        profiles: { base_runs: number; current_runs: number }[]
      }
      expect([mode, profiles[0]]).toEqual([
        'interleaved',
        expect.objectContaining({ base_runs: 4, current_runs: 4 }),
      ])
      for (const side of ['base', 'current'])
        expect(readdirSync(join(out, side))).toEqual(['001', '002', '003', '004'])
      const started = (side: string, i: string) =>
        (JSON.parse(readFileSync(join(out, side, i, 'result.json'), 'utf8')) as Result).started_at
      // A B B A
      expect(started('base', '001') < started('current', '001')).toBe(true)
      expect(started('current', '002') < started('base', '002')).toBe(true)
    })
  }, 90_000)

  it('is told what it cannot do before anything runs', async () => {
    const cases = [
      [['compare', 'a'], /with what is it compared/],
      [['compare', 'a', 'b', '--gate', 'rx_pp=2%'], /did you mean `rx_pps`/],
      [['compare', '--run', 'a.yaml', 'b.yaml', '--pairs', '3'], /needs 4 pairs or more/],
      [['compare', 'a', '--aa'], /add --run/],
    ] as const
    for (const [args, said] of cases) {
      const { code, stderr } = await nmgen(args)
      expect([code, stderr]).toEqual([2, expect.stringMatching(said)])
    }
  })
})

describe('nmgen baseline and trend', () => {
  it('keep results, which later ones are compared with', async () => {
    await inFolder(async folder => {
      const dir = join(folder, 'baselines')
      for (const factor of [2, 1]) {
        const { code, stderr } = await nmgen([
          'baseline',
          'update',
          store(join(folder, `base${factor}`), factor),
          '--dir',
          dir,
        ])
        expect(code, stderr).toBe(0)
      }
      expect(readdirSync(join(dir, 'udp-64b'))).toHaveLength(5)
      expect((await nmgen(['compare', dir, store(join(folder, 'same'), 1)])).code).toBe(0)
      const few = await nmgen(['baseline', 'update', join(dir, 'udp-64b', 'result.001.json'), '--dir', dir])
      expect([few.code, few.stderr]).toEqual([11, expect.stringContaining('too few')])
    })
  })

  it('show the run from which on a level has changed', async () => {
    await inFolder(async folder => {
      const file = join(folder, 'history.jsonl')
      const [before, after] = [
        store(join(folder, 'before'), 1),
        store(join(folder, 'after'), 0.8, { started_at: '2099-01-01T00:00:00Z' }),
      ]
      const { code, stdout } = await nmgen(['trend', file, '--append', before, '--append', after, '--json'])
      expect(code).toBe(0)
      const { profiles } = JSON.parse(stdout) as { profiles: { levels: { size: number; since: string }[] }[] }
      expect(profiles[0]!.levels.map(({ size }) => size)).toEqual([5, 5])
      expect((await nmgen(['trend', file])).stdout).toMatch(/2099-01-01 00:00 .* -20\.0 % +regression/)
      writeFileSync(file, `${readFileSync(file, 'utf8')}{"schema": "nmgen.his`)
      expect((await nmgen(['trend', file])).stderr).toContain('history.jsonl:11: ')
    })
  })
})
