import { beforeAll, describe, expect, it } from 'vitest'
import { junitFaults, whyNoJunit } from '../../../test/lab/junit.js'
import { renderedMarkdown, whyNoMarkdown } from '../../../test/lab/markdown.js'
import { compare, type Options, worst } from '../../compare/compare.js'
import type { Result } from '../../stats/result.js'
import { aResult } from '../../stats/result.testing.js'
import { anEnvironment, aProfile } from '../../stats/run.testing.js'
import { plainStyle } from '../../stats/style.js'
import { comparisonGithub, comparisonSummary } from './github.js'
import { comparisonJson } from './json.js'
import { comparisonJunit } from './junit.js'
import { comparisonMarkdown } from './markdown.js'
import { COMPARE_SCHEMA, type ComparisonReport } from './report.js'
import { comparisonText } from './text.js'
import { changeText, inOrder } from './words.js'

const options: Options = { gates: null, strict: false, allowOtherEnvironment: false, interleaved: false }

let one: Result
beforeAll(async () => {
  one = await aResult({
    profile: { ...aProfile, name: 'a|b <c>', file: 'profiles/a,b:c.yaml' },
  })
})

/** Ten runs whose rates are those of `one` times `factor`, a little apart. */
const runs = (factor = 1, change: Partial<Result> = {}): Result[] =>
  Array.from({ length: 10 }, (_, i) => {
    const times = factor * (1 + ((i * 7) % 10) / 10_000)
    const { tx_pps, rx_pps } = one.metrics
    const metrics = { ...one.metrics, tx_pps: tx_pps! * times, rx_pps: rx_pps! * times }
    return { ...one, metrics, ...change }
  })

function report(current: Result[], change: Partial<Options> = {}): ComparisonReport {
  const profiles = [compare(runs(), current, { ...options, ...change })]
  const [base, now, warnings] = ['results/base', 'results/now', ['a warning']]
  const said = { base, current: now, warnings, mode: 'sequential' as const, seconds: null }
  return { schema: COMPARE_SCHEMA, verdict: worst(profiles), profiles, ...said }
}

/** A comparison of each verdict. */
const verdicts = (): [string, ComparisonReport][] => [
  ['regression', report(runs(0.9))],
  ['improvement', report(runs(1.1))],
  ['equivalent', report(runs())],
  ['inconclusive', report(runs().map((run, i) => withRate(run, 1 + ((i % 5) - 2) / 5)))],
  ['invalid', report(runs(0.9, kernel()))],
]

const withRate = (run: Result, times: number): Result => {
  const { tx_pps, rx_pps } = run.metrics
  return { ...run, metrics: { ...run.metrics, tx_pps: tx_pps! * times, rx_pps: rx_pps! * times } }
}

const kernel = () => ({ environment: { ...anEnvironment, kernel: '6.6.6' } })

describe('a comparison', () => {
  it('is decided by rate, loss and p99; the rest is shown', () => {
    const [profile] = report(runs(0.9)).profiles
    expect(
      profile!.metrics.filter(({ gated }) => gated).map(({ metric, verdict }) => [metric, verdict]),
    ).toEqual([
      ['rx_pps', 'regression'],
      ['loss_ratio', 'equivalent'],
      ['latency_p99_ns', 'equivalent'],
    ])
    expect(report(runs()).verdict).toBe('equivalent')
    expect(report(runs(1.1)).verdict).toBe('improvement')
  })

  it('of runs on two kernels is refused with the difference, unless that is allowed', () => {
    const refused = report(runs(0.9, kernel()))
    expect(refused.verdict).toBe('invalid')
    expect(refused.profiles[0]!.differences).toEqual([
      { what: 'kernel', base: ['6.1.0'], current: ['6.6.6'] },
    ])
    expect(comparisonText(refused, plainStyle)).toContain('kernel: 6.1.0 / 6.6.6')
    expect(report(runs(0.9, kernel()), { allowOtherEnvironment: true }).verdict).toBe('regression')
  })

  it('in turn, is of what differs on purpose', () => {
    const other = runs(0.9, { profile: { ...one.profile, seed: 43 } })
    expect(report(other).verdict).toBe('invalid')
    expect(report(other, { interleaved: true }).verdict).toBe('regression')
  })

  it('of runs that missed their rate, or of too few, says so and nothing else', () => {
    const [invalid] = report([...runs().slice(1), { ...one, verdict: 'invalid' }]).profiles
    expect([invalid!.verdict, invalid!.reasons]).toEqual(['invalid', ['1 of 10 runs of current are invalid']])
    expect(report(runs().slice(0, 3)).profiles[0]!.reasons).toEqual([
      'current has 3 of the 4 runs that a comparison needs',
    ])
  })

  it('leaves out runs in which others used the CPUs, unless all are to be judged', () => {
    const cpus = [{ cpu: 3, seconds: 10, steal_s: 0.5, others_s: 0 }]
    const [first, ...rest] = runs(0.9)
    const some = [{ ...first!, cpus }, ...rest]
    const [profile] = report(some).profiles
    expect([profile!.verdict, profile!.base_runs, profile!.current_runs]).toEqual(['regression', 10, 9])
    const why = 'the hypervisor took 5.0 % of CPU 3 (at most 1 %)'
    expect(profile!.dropped).toEqual([`a run of current (${one.started_at}) does not count: ${why}`])
    expect(report(some, { keepDisturbed: true }).profiles[0]).toMatchObject({ dropped: [], current_runs: 10 })
    for (const format of [comparisonText(report(some), plainStyle), comparisonMarkdown(report(some))])
      expect(format).toContain('a run of current')
    const none = report(runs().map(run => ({ ...run, cpus }))).profiles[0]!
    expect([none.verdict, none.reasons]).toEqual([
      'invalid',
      ['current has 0 of the 4 runs that a comparison needs'],
    ])
  })

  it('leaves a percentile of too few samples open', () => {
    const few = runs().map(run => ({ ...run, metrics: { ...run.metrics, latency_count: 500 } }))
    const row = report(few).profiles[0]!.metrics.find(({ metric }) => metric === 'latency_p99_ns')!
    expect([row.verdict, row.reason]).toEqual([
      'inconclusive',
      'a run has 500 samples; this percentile needs 1000',
    ])
  })

  it('by many metrics is stricter about each', () => {
    const names = ['rx_pps', 'tx_pps', 'latency_p50_ns', 'latency_p99_ns'] as const
    const gates = names.map(metric => ({ metric, theta: 0.03, floor: 0 }))
    const confidences = report(runs(0.9), { gates }).profiles[0]!.metrics.flatMap(row =>
      row.gated ? [row.change!.confidence] : [],
    )
    expect(Math.max(...confidences)).toBeGreaterThan(0.95)
    expect(new Set(confidences).size).toBe(4)
  })
})

describe('the formats of a comparison', () => {
  it('text of a regression, in 80 columns', () => {
    expect(comparisonText(report(runs(0.9)), plainStyle)).toMatchInlineSnapshot(`
      "REGRESSION  a|b <c>: rx_pps (10 runs against 10)

        metric                 current            change [interval]            verdict
        rx_pps              900.4 kpps       -10.0 % [-10.0, -9.97]   regression (3 %)
        loss_ratio                 0 %  lossy: 0 of 10, now 0 of 10  equivalent (10 %)
        latency_p99_ns        1.900 us       +0.00 % [+0.00, +0.00]  equivalent (15 %)
        tx_pps              900.4 kpps       -10.0 % [-10.0, -9.97]         regression
        duplicates                   0                  +0 [+0, +0]         equivalent
        reordered                    0                  +0 [+0, +0]         equivalent
        corrupted                    0                  +0 [+0, +0]         equivalent
        unsent                       0                  +0 [+0, +0]         equivalent
        latency_mean_ns       1.500 us       +0.00 % [+0.00, +0.00]         equivalent
        latency_p50_ns            1 us       +0.00 % [+0.00, +0.00]         equivalent
        latency_p90_ns        1.500 us       +0.00 % [+0.00, +0.00]         equivalent
        latency_p999_ns       1.900 us       +0.00 % [+0.00, +0.00]         equivalent
        cycles_per_packet  50.0 cycles       +0.00 % [+0.00, +0.00]         equivalent

        ! a warning

        base     results/base
        current  results/now
        sequential: base was stored earlier, so drift of the machine would look like a
          change
      "
    `)
  })

  it('text of a regression, where there is little room', () => {
    expect(comparisonText(report(runs(0.9)), { ...plainStyle, width: 60 })).toMatchInlineSnapshot(`
      "REGRESSION  a|b <c>: rx_pps (10 runs against 10)

        rx_pps regression (3 %)
          current 900.4 kpps   change -10.0 % [-10.0, -9.97]
        loss_ratio equivalent (10 %)
          current 0 %   change lossy: 0 of 10, now 0 of 10
        latency_p99_ns equivalent (15 %)
          current 1.900 us   change +0.00 % [+0.00, +0.00]
        tx_pps regression
          current 900.4 kpps   change -10.0 % [-10.0, -9.97]
        duplicates equivalent
          current 0   change +0 [+0, +0]
        reordered equivalent
          current 0   change +0 [+0, +0]
        corrupted equivalent
          current 0   change +0 [+0, +0]
        unsent equivalent
          current 0   change +0 [+0, +0]
        latency_mean_ns equivalent
          current 1.500 us   change +0.00 % [+0.00, +0.00]
        latency_p50_ns equivalent
          current 1 us   change +0.00 % [+0.00, +0.00]
        latency_p90_ns equivalent
          current 1.500 us   change +0.00 % [+0.00, +0.00]
        latency_p999_ns equivalent
          current 1.900 us   change +0.00 % [+0.00, +0.00]
        cycles_per_packet equivalent
          current 50.0 cycles   change +0.00 % [+0.00, +0.00]

        ! a warning

        base     results/base
        current  results/now
        sequential: base was stored earlier, so drift of the
          machine would look like a change
      "
    `)
  })

  it.for([60, 80, 100, 200])('text has the verdict first, and lines of %d columns', width => {
    for (const [verdict, one] of verdicts()) {
      const text = comparisonText(one, { ...plainStyle, width })
      expect(text.startsWith(`${verdict.toUpperCase()}  `)).toBe(true)
      expect(text.split('\n').filter(line => line.length > width)).toEqual([])
      // Whatever the room, no number is cut.
      const words = text.replace(/\s+/g, ' ')
      for (const row of one.profiles[0]!.metrics) expect(words).toContain(changeText(row))
    }
  })

  it('JSON holds every sample', () => {
    const document = JSON.parse(comparisonJson(report(runs(0.9)))) as ComparisonReport
    expect(document).toEqual(report(runs(0.9)))
    expect(document.profiles[0]!.metrics[0]!.base.samples).toHaveLength(10)
  })

  it('Markdown has one row a metric, and no name gets out of its cell', () => {
    const rows = comparisonMarkdown(report(runs(0.9)))
      .split('\n')
      .filter(line => line.startsWith('|'))
    expect(rows[2]).toContain('❌ regression')
    expect(new Set(rows.map(row => row.replace(/\\\|/g, '').split('|').length))).toEqual(new Set([9]))
    expect(comparisonMarkdown(report(runs()))).toContain('### ✅ a\\|b \\<c\\>: equivalent')
  })

  it('GitHub annotations escape what would end them, one a profile', () => {
    expect(comparisonGithub(report(runs(0.9)))).toMatch(
      /^::error file=profiles\/a%2Cb%3Ac\.yaml,line=1,title=nmgen regression::rx_pps \(10 runs against 10\)%0Arx_pps: -10\.0 %25 \[.*\]\n$/,
    )
    expect(comparisonGithub(report(runs()))).toBe('')
    const long = { ...report(runs()), warnings: ['x'.repeat(2 ** 20)] }
    expect(Buffer.byteLength(comparisonSummary(long))).toBeLessThanOrEqual(2 ** 20)
  })

  const at = { now: new Date('2026-11-23T06:15:00Z'), host: 'lab & co' }

  it('JUnit has totals that are those of its cases', () => {
    const xml = comparisonJunit(report(runs(0.9)), at)
    expect(xml).toContain('tests="3" failures="1" errors="0" skipped="0"')
    expect(xml).toContain('<failure type="regression" message="-10.0 % [')
    expect(comparisonJunit(report(runs(0.9, kernel())), at)).toContain(
      '<error type="invalid" message="they were not made alike: kernel">',
    )
  })

  it('JUnit is valid, whatever the verdict', async ctx => {
    const reason = await whyNoJunit()
    if (reason) ctx.skip(reason)
    for (const [verdict, one] of verdicts()) {
      expect(one.verdict).toBe(verdict)
      expect([verdict, await junitFaults(comparisonJunit(one, at))]).toEqual([verdict, ''])
    }
  })

  it('Markdown becomes its tables where GitHub renders it', async ctx => {
    const reason = await whyNoMarkdown()
    if (reason) ctx.skip(reason)
    for (const [verdict, one] of verdicts()) {
      const { tables, headings, strays } = await renderedMarkdown(comparisonMarkdown(one))
      const [profile] = one.profiles
      const names = inOrder(profile!.metrics).map(({ metric }) => metric)
      expect(tables.map(rows => rows.slice(1).map(([metric]) => metric))).toEqual(names.length ? [names] : [])
      for (const row of tables.flat()) expect(row).toHaveLength(7)
      expect(headings.map(text => text.replace(/^\P{L}+/u, ''))).toEqual([
        `nmgen compare: ${verdict}`,
        `a|b <c>: ${verdict}`,
      ])
      expect(strays).toEqual([])
    }
  })
})
