import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { inFolder, nmgen } from './nmgen.js'
import { brief, find } from './search.js'

/** Its tolerance is wide, so that a busy machine is no slow generator: what is tested is counted, never timed. */
const profile = (folder: string, more = ''): string => {
  const file = join(folder, 'wire.yaml')
  const udp =
    'layers: [{ ethernet: { dst: 02:00:00:00:00:02 } }, { ipv4: { src: 198.18.1.2, dst: 198.19.1.2 } }, { udp: { src: 1024, dst: 9 } }]'
  writeFileSync(
    file,
    `version: 1
name: wire
ports: { a: "loop:find" }
duration: 1s
pacing: { tolerance: 99% }
${more}
streams:
  - { name: udp, frame: 64B, rate: 1kpps, ${udp} }
  - { name: canary, frame: 128B, rate: 500pps, ${udp} }
`,
  )
  return file
}

const quick = [...brief(), '--fixed', 'canary', '--max', '20kpps']

const resultOf = (out: string, folder: string): Result =>
  JSON.parse(readFileSync(join(out, folder, 'result.json'), 'utf8')) as Result

describe('nmgen find', () => {
  it('makes each trial a whole run of exactly round(load x duration) frames, and keeps it', () =>
    inFolder(async folder => {
      const { code, report, out, stderr } = await find(folder, [profile(folder), ...quick])
      const [search] = report.searches
      expect(stderr).toBe('')
      expect(search!.trials.length).toBeGreaterThan(1)
      for (const { load_pps, duration_s, folder: trial } of search!.trials) {
        const { udp } = resultOf(out, trial).streams
        expect(udp!.tx_packets).toBe(Math.round(load_pps * duration_s))
      }
      // A wire loses nothing, so the highest load of all is met: no interval, and no failure either.
      expect(search!.findings).toMatchObject([
        { goal: 'ndr', lowerPps: 20_000, upperPps: null, irregular: 'max-load', limitedBy: 'max-load' },
        { goal: 'pdr', lowerPps: 20_000, upperPps: null, irregular: 'max-load' },
      ])
      expect([code, report.verdict]).toEqual([0, 'irregular'])
      for (const file of ['find.json', 'summary.txt', 'report.html', 'search.json', 'trials.ndjson'])
        expect(existsSync(join(out, file)), file).toBe(true)
    }))

  it('says that no load meets a goal: exit 10', () =>
    inFolder(async folder => {
      const { code, report } = await find(folder, [
        profile(folder),
        ...quick,
        '--goal',
        'none: rx_packets < 1',
      ])
      expect(report.searches[0]!.findings).toMatchObject([{ lowerPps: null, irregular: 'no-load' }])
      expect([code, report.verdict]).toEqual([10, 'irregular'])
    }))

  it('says that the generator cannot reach the load: exit 11', () =>
    inFolder(async folder => {
      const file = profile(folder)
      writeFileSync(file, readFileSync(file, 'utf8').replace('99%', '20%'))
      const unreachable = ['--preset', 'quick', '--trial', '50ms', '--warm-up', '50ms', '--fixed', 'canary']
      const args = [file, ...unreachable, '--min', '50Gpps', '--max', '100Gpps', '--timeout', '60s']
      const { code, report } = await find(folder, args)
      expect(report.searches[0]!.trials.every(trial => trial.limited_by_generator)).toBe(true)
      expect(report.searches[0]!.findings[0]).toMatchObject({ limitedBy: 'generator' })
      expect([code, report.verdict]).toEqual([11, 'invalid'])
    }))

  it(
    'goes on after an interruption with the trials that it has, and judges them by other goals without a device',
    () =>
      inFolder(async folder => {
        // The first trial's own hook sends what Ctrl-C would: on a slow machine, a second one may be the last.
        const log = join(folder, 'log')
        const hook = `echo trial >> ${log}; test $(wc -l < ${log}) -ne 1 || kill -INT $PPID`
        const first = await find(folder, [profile(folder), ...quick, '--after-trial', hook])
        expect([first.code, first.report.verdict, first.report.searches[0]!.ended]).toEqual([
          130,
          'interrupted',
          'interrupted',
        ])
        expect(first.report.searches[0]!.trials).toHaveLength(1)

        const second = await find(folder, ['--resume', first.out])
        const [before, after] = [first, second].map(({ report }) => report.searches[0]!.trials)
        expect(second.code).toBe(0)
        expect(after!.slice(0, 1)).toEqual(before)
        expect(after!.length).toBeGreaterThan(1)

        const third = await find(folder, [
          '--resume',
          first.out,
          '--offline',
          '--goal',
          'none: rx_packets < 1',
        ])
        expect(third.report.searches[0]!.trials).toEqual(after)
        expect(third.report.searches[0]!.findings[0]).toMatchObject({ goal: 'none', lowerPps: null })
        expect(third.report.searches[0]!.trials.map(({ hooks }) => hooks.after?.exit)).toEqual(
          after!.map(() => 0),
        )
      }),
    120_000,
  )

  it('looks for what the profile says, but for what an option says; and keeps nothing if told so', () =>
    inFolder(async folder => {
      const block = `find: { preset: quick, trial: 200ms, warm_up: 50ms, fixed: canary, max: 20kpps, min: 5kpps, goals: { none: rx_packets < 1 } }`
      const own = await find(folder, [profile(folder, block)])
      expect([own.code, own.report.preset]).toEqual([10, 'quick'])
      expect(own.report.searches[0]).toMatchObject({ min_pps: 5000, max_pps: 20_000 })
      expect(own.report.searches[0]!.findings).toMatchObject([{ goal: 'none', irregular: 'no-load' }])

      const args = [profile(folder, block), '--max', '10kpps', '--goal', 'any: lost >= 0', '--no-out']
      const before = readdirSync(folder)
      const { code, report } = await find(folder, args, { env: { TMPDIR: folder } })
      expect(code).toBe(0)
      expect(report.searches[0]).toMatchObject({ min_pps: 5000, max_pps: 10_000 })
      expect(report.searches[0]!.findings).toMatchObject([{ goal: 'any', irregular: 'max-load' }])
      expect(readdirSync(folder)).toEqual(before)
    }))

  it('tells hooks what is tried, and ends where one of them fails before a trial', () =>
    inFolder(async folder => {
      const log = join(folder, 'log')
      const hooks = ['--before-search', `echo "$NMGEN_RULES" >> ${log}`, '--before-trial', 'echo no; exit 3']
      const { code, report } = await find(folder, [
        profile(folder),
        ...quick,
        '--vary',
        'rules=0,100',
        ...hooks,
      ])
      expect(readFileSync(log, 'utf8')).toBe('0\n100\n')
      expect(report.searches.map(({ settings }) => settings.rules)).toEqual(['0', '100'])
      expect(report.searches[0]).toMatchObject({ ended: 'failed', error: { code: 'hook-failed' } })
      expect(report.searches[0]!.error!.message).toContain('exit 3: no')
      expect(code).toBe(4)
    }))

  it(
    'searches each size, and shows the rate against it in every format',
    () =>
      inFolder(async folder => {
        const { report, out } = await find(folder, [profile(folder), ...quick, '--sizes', '64,1518'])
        expect(report.searches.map(({ frame_bytes }) => frame_bytes)).toEqual([64, 1518])
        for (const format of [
          'text',
          'json',
          'markdown',
          'junit',
          'github',
          'csv',
          'prometheus',
          'html',
          'hgrm',
        ]) {
          const { code, stdout, stderr } = await nmgen(['report', out, '--format', format])
          expect([format, code, stderr]).toEqual([format, 0, ''])
          if (format === 'html')
            for (const title of ['Rate against frame size', 'Loss against load'])
              expect(stdout).toContain(title)
          if (format === 'csv') {
            const rows = stdout.split('\n').filter(line => line.includes('1518B'))
            const [, second] = report.searches
            expect(rows.filter(row => row.startsWith('found,'))).toHaveLength(2)
            expect(rows.filter(row => row.startsWith('load,'))).toHaveLength(second!.loads.length)
            expect(rows.at(-1)).toContain(',20000,0,"ndr lower, pdr lower"')
          }
          if (format === 'junit') {
            expect(stdout.match(/<testcase /g)).toHaveLength(4)
            expect(stdout.match(/20 kpps +\d+ +0 % +ndr lower, pdr lower/g)).toHaveLength(4)
            const [, beside] = stdout.split(/<\/testcase>\s*<system-out>/)
            for (const size of [64, 1518]) expect(beside).toMatch(new RegExp(`frame=${size}B +20 kpps +█`))
          }
          if (format === 'markdown') {
            expect(stdout).toMatch(/\| frame=64B \| ndr \| 20 kpps .*█{20} \|/)
            expect(stdout).toMatch(
              /### Loss against load, frame=1518B[^#]*\| 20 kpps \|.* ndr lower, pdr lower \|/,
            )
          }
        }
      }),
    120_000,
  )

  const refused: [string, string[], number, RegExp][] = [
    ['a goal without a metric', ['--goal', 'x: speed == 3'], 2, /`speed` is not a metric/],
    ['two goals of one name', ['--goal', 'x: lost == 0', '--goal', 'x: lost == 1'], 2, /two goals/],
    ['a fixed stream that does not exist', ['--fixed', 'carnary'], 2, /no stream is called carnary/],
    ['a folder that holds no search', ['--resume', 'src'], 2, /not the folder of a search|takes the profile/],
    ['a width that is none', ['--width', '0%'], 2, /is not a width/],
    ['a reverse direction that nobody sends in', ['--directions', 'reverse'], 2, /reverse direction/],
    ['nobody who receives', ['--tx', 'pcap:/dev/null'], 2, /nobody receives/],
  ]
  for (const [what, args, code, message] of refused)
    it(`refuses ${what}`, () =>
      inFolder(async folder => {
        const ran = await nmgen(['find', profile(folder), ...args, '--out', join(folder, 'search')])
        expect(ran.stderr).toMatch(message)
        expect(ran.code).toBe(code)
      }))
})
