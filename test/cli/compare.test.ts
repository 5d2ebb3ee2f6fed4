import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { disturbance } from '../../src/compare/disturbed.js'
import type { Result } from '../../src/stats/result.js'
import { inFolder, nmgen, program as nmgenProgram, runJson } from './nmgen.js'

const quick = ['profiles/udp-64b.yaml', '--count', '20000', '--rate', '500kpps', '--no-out']
let one: Result
beforeAll(async () => {
  one = (await runJson([...quick, '--set', 'expect=[]'])).result
})

/** Five results, whose rates are `factor` times that of a real one and `factors` apart, and whose CPUs nobody else used. */
function store(
  folder: string,
  factor: number,
  change: Partial<Result> & { factors?: number[] } = {},
): string {
  const { factors = [1, 1.001, 1.002, 1.003, 1.004], ...changed } = change
  mkdirSync(folder, { recursive: true })
  for (let i = 0; i < 5; i++) {
    const times = factor * factors[i]!
    const metrics = { ...one.metrics, tx_pps: 5e5 * times, rx_pps: 5e5 * times }
    mkdirSync(join(folder, `run${i}`))
    writeFileSync(
      join(folder, `run${i}`, 'result.json'),
      JSON.stringify({ ...one, verdict: 'pass', cpus: [], metrics, ...changed }),
    )
  }
  return folder
}

const inTurn = [
  ...[
    'compare',
    '--run',
    'profiles/udp-64b.yaml',
    'profiles/udp-64b.yaml',
    '--pairs',
    '4',
    '--warm-up',
    '0s',
  ],
  ...['--count', '2000', '--rate', '100kpps', '--set', 'expect=[]', '--gate', 'tx_pps'],
]

/** The flags for an nmgen on each side whose runs pass and were left alone, but for the first `runs` of the current one. */
function disturbed(folder: string, runs: number): string[] {
  return ['base', 'current'].flatMap(side => {
    const program = join(folder, `${side}.mjs`)
    const counted = JSON.stringify(join(folder, `${side}.txt`))
    const text = `
      import { spawnSync } from 'node:child_process'
      import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
      const args = process.argv.slice(2)
      spawnSync(process.execPath, [${JSON.stringify(nmgenProgram)}, ...args], { stdio: 'inherit' })
      appendFileSync(${counted}, '.')
      const isLate = readFileSync(${counted}, 'utf8').length > ${side === 'base' ? 0 : runs}
      const file = args[args.indexOf('--out') + 1] + '/result.json'
      const cpus = [{ cpu: 1, seconds: 1, steal_s: isLate ? 0 : 0.25, others_s: 0 }]
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), verdict: 'pass', cpus }))`
    writeFileSync(program, text)
    return [`--${side}-nmgen`, program]
  })
}

describe('nmgen compare', () => {
  it('tells by its exit what became of a device, and where asked to, that nothing is certain', async () => {
    await inFolder(async folder => {
      const base = store(join(folder, 'base'), 1)
      const environment = { ...one.environment, kernel: '2.0.40' }
      const stored = (name: string, factor: number, change = {}) => store(join(folder, name), factor, change)
      const cases = [
        ['equivalent', stored('same', 1.001), 0, 0],
        ['improvement', stored('fast', 1.2), 0, 0],
        ['regression', stored('slow', 0.9), 10, 10],
        ['invalid', stored('other', 0.9, { environment }), 11, 11],
        ['inconclusive', stored('unsteady', 1, { factors: [0.7, 0.85, 1, 1.2, 1.4] }), 0, 12],
      ] as const
      for (const [verdict, current, exit, strictly] of cases)
        for (const [flags, expected] of [
          [[], exit],
          [['--fail-on', 'inconclusive'], strictly],
        ] as const) {
          const { code, stdout } = await nmgen(['compare', base, current, '--gate', 'rx_pps', ...flags])
          expect([code, stdout]).toEqual([expected, expect.stringMatching(`^${verdict.toUpperCase()} `)])
          if (verdict === 'invalid') expect(stdout).toMatch(/kernel: .* \/ 2\.0\.40/)
        }
    })
  }, 30_000)

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
        '--keep-disturbed',
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

  it('makes a pair again in which others used the CPUs, and keeps it apart', async () => {
    await inFolder(async folder => {
      const out = join(folder, 'runs')
      const flags = ['--out', out, '--json', ...disturbed(folder, 1)]
      const { code, stdout, stderr } = await nmgen([...inTurn, ...flags], { timeout: 60_000 })
      expect([0, 10], stderr).toContain(code)
      const { profiles, warnings } = JSON.parse(stdout) as {
        profiles: { base_runs: number; current_runs: number }[]
        warnings: string[]
      }
      expect(profiles[0]).toMatchObject({ base_runs: 4, current_runs: 4 })
      const why =
        '1 of 5 pairs do not count, because others used the CPUs; the last: the hypervisor took 25.0 % of CPU 1'
      expect(warnings).toEqual([`${why} (at most 1 %)`])
      expect(readdirSync(join(out, 'current'))).toEqual(['001', '002', '003', '004'])
      expect(readdirSync(join(out, 'dropped', '001'))).toEqual(['base', 'current'])
      // Judged again by themselves, with the same result; and with what was dropped, that does not count.
      const again = async (current: string) =>
        JSON.parse((await nmgen(['compare', join(out, 'base'), current, '--json'])).stdout)
      expect(await again(join(out, 'current'))).toMatchObject({
        profiles: [{ dropped: [], current_runs: 4 }],
      })
      const apart = await again(join(out, 'dropped', '001', 'current'))
      expect(apart).toMatchObject({ verdict: 'invalid', profiles: [{ current_runs: 0 }] })
    })
  }, 90_000)

  it('refuses where others leave too few pairs, unless all are to be judged', async () => {
    await inFolder(async folder => {
      const flags = [...inTurn, ...disturbed(folder, 100)]
      const refused = await nmgen([...flags, '--out', join(folder, 'a')], { timeout: 60_000 })
      const why = /^nmgen: 5 of 5 pairs do not count, .*needs 4 pairs \[too-disturbed\]/m
      expect([refused.code, refused.stderr]).toEqual([11, expect.stringMatching(why)])
      const kept = await nmgen([...flags, '--out', join(folder, 'b'), '--keep-disturbed'], {
        timeout: 60_000,
      })
      expect([0, 10], kept.stderr).toContain(kept.code)
    })
  }, 120_000)

  it('counts what others used of a CPU while a run sent on it', async () => {
    const cpu = one.environment.cpus_allowed[0]!
    const hog = execa('taskset', ['-c', `${cpu}`, process.execPath, '-e', 'for (;;);'], { reject: false })
    try {
      const flags = ['--rate', '10kpps', '--duration', '1s', '--cores', `${cpu}`, '--no-out']
      const { result } = await runJson(['profiles/udp-64b.yaml', '--tx', 'loop:hogged', ...flags])
      const [used] = result.cpus!
      expect(used).toMatchObject({ cpu })
      expect(used!.others_s).toBeGreaterThan(0.2 * used!.seconds)
      expect(used!.others_s).toBeLessThanOrEqual(used!.seconds)
      expect(disturbance(result)).toContain(`of CPU ${cpu}`)
    } finally {
      hog.kill('SIGKILL')
      await hog
    }
  })

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

describe('nmgen compare of two tables of a bench', () => {
  function table(folder: string, name: string, rates: Record<string, number>): string {
    const file = join(folder, name)
    const spread = [1, 1.001, 1.002, 1.003, 1.004]
    const rows = Object.entries(rates).map(([row, pps]) => ({
      name: row,
      pps: { samples: spread.map(times => pps * times) },
    }))
    const document = { schema: 'nmgen.bench/3', started_at: one.started_at, environment: one.environment }
    writeFileSync(file, JSON.stringify({ ...document, rows, kernel: null }))
    return file
  }

  it('judges the rate of each row', async () => {
    await inFolder(async folder => {
      const base = table(folder, 'base.json', { constant: 3e7, IMIX: 2e7, gone: 1e6 })
      const current = table(folder, 'current.json', { constant: 3e7, IMIX: 1.8e7 })
      const { code, stdout } = await nmgen(['compare', base, current, '--json'])
      const { verdict, profiles, warnings } = JSON.parse(stdout)
      expect([code, verdict]).toEqual([10, 'regression'])
      expect(warnings).toEqual(['only base has runs of gone'])
      const judged = profiles.map(({ profile, metrics }: { profile: string; metrics: object[] }) => [
        profile,
        metrics,
      ])
      expect(judged).toEqual([
        ['constant', [expect.objectContaining({ metric: 'tx_pps', verdict: 'equivalent' })]],
        ['IMIX', [expect.objectContaining({ metric: 'tx_pps', verdict: 'regression' })]],
      ])
    })
  })

  it('refuses to compare one with runs', async () => {
    await inFolder(async folder => {
      const [base, runs] = [table(folder, 'base.json', { constant: 3e7 }), store(join(folder, 'runs'), 1)]
      for (const sides of [
        [base, runs],
        [runs, base],
      ]) {
        const { code, stderr } = await nmgen(['compare', ...sides])
        expect(code).toBe(11)
        expect(stderr).toContain(`${base} is a table of bench/run.mjs, and ${runs} holds runs`)
      }
    })
  })
})
