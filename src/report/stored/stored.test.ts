import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { junitFaults, whyNoJunit } from '../../../test/lab/junit.js'
import { renderedMarkdown, whyNoMarkdown } from '../../../test/lab/markdown.js'
import { parsePrometheus, whyNoPrometheus } from '../../../test/lab/prometheus.js'
import { formats as named } from '../../cli/report.js'
import { loadHdr, toHistogram } from '../../stats/latency.js'
import { aResult } from '../../stats/result.testing.js'
import { aPlan, aProfile, bucketCounts } from '../../stats/run.testing.js'
import { metricNames } from '../../units/metrics.js'
import { hlog } from '../hlog.js'
import type { StoredResult } from '../read.js'
import { storedFormats } from './index.js'

const folder = mkdtempSync(join(tmpdir(), 'nmgen-stored-'))
afterAll(() => rmSync(folder, { recursive: true }))

const at = { now: new Date('2026-11-23T06:15:00Z'), host: 'lab' }
const awkward = 'a "b", <c> \\ | d'
let one: StoredResult
let failed: StoredResult

beforeAll(async () => {
  const expect = [
    { text: 'latency_p99_ns < 1us', metric: 'latency_p99_ns', op: '<' as const, value: 1000, path: [] },
  ]
  const build = (plan: Parameters<typeof aPlan>[0]) =>
    aResult({
      plan: aPlan(plan),
      profile: { ...aProfile, name: awkward },
    })
  one = { file: join(folder, 'result.json'), result: await build({}) }
  failed = { file: join(folder, 'result.json'), result: await build({ expect }) }
  const hdr = await loadHdr()
  const format = hlog(() => hdr)
  const head = { startedAt: new Date(0), streams: ['udp', 'tcp'] }
  const counts = [bucketCounts([[1000, 90], [1900, 10]]), bucketCounts([[2000, 50]])] // biome-ignore format: pairs
  const latency = counts.map((counts, i) => ({ streams: [i], counts }))
  const interval = { t_s: 1, interval_s: 1 } as never
  const line = format.interval!({ interval, latency, schedule: [], lateness: [] }, head)
  writeFileSync(join(folder, 'latency.hlog'), `${format.head!(head)}${line}${line}`)
})

const write = async (name: string, ...results: StoredResult[]): Promise<string> =>
  storedFormats.find(format => format.name === name)!.write(results, at)

describe('a stored result', () => {
  it('can be had in every format that the command names', () => {
    expect(storedFormats.map(({ name }) => name)).toEqual(named)
  })

  it('as CSV is one row for the run and one a stream, whatever its name', async () => {
    const rows = (await write('csv', one, failed)).trimEnd().split('\n').map(cells)
    expect(rows.map(({ length }) => length)).toEqual(rows.map(() => 6 + metricNames.length))
    const column = rows[0]!.indexOf('tx_packets')
    expect(rows.slice(1).map(row => [row[1], row[3], row[4], row[column]])).toEqual([
      [awkward, '', 'pass', '1000000'],
      [awkward, 'udp', 'pass', '1000000'],
      [awkward, '', 'fail', '1000000'],
      [awkward, 'udp', 'fail', '1000000'],
    ])
  })

  it('as Prometheus text is what its own parser reads, in base units', async ctx => {
    const reason = await whyNoPrometheus()
    if (reason) ctx.skip(reason)
    const families = await parsePrometheus(await write('prometheus', one, failed))
    const measured = metricNames.filter(name => typeof one.result.metrics[name] === 'number')
    expect(families).toHaveLength(measured.length)
    const of = (name: string) => families.find(family => family.name === `nmgen_${name}`)!.samples
    expect(of('tx_packets').map(([, labels, value]) => [labels.profile, labels.stream, value])).toEqual([
      [awkward, '', 1_000_000],
      [awkward, 'udp', 1_000_000],
      [awkward, '', 1_000_000],
      [awkward, 'udp', 1_000_000],
    ])
    expect(of('latency_max_seconds')[0]![2]).toBe(one.result.metrics.latency_max_ns! / 1e9)
    expect(of('duration_seconds')[0]![2]).toBe(one.result.metrics.duration_s)
  })

  it('as JUnit is a case for the run, and one for each threshold', async ctx => {
    const reason = await whyNoJunit()
    if (reason) ctx.skip(reason)
    const error = { code: 'device-lost', message: 'the link of <lab> & "dut" went \u0007 down', hint: 'look' }
    const broken = { ...one, result: { ...one.result, verdict: 'broken' as const, error } }
    expect(await junitFaults(await write('junit', failed, one, broken))).toBe('')
    const xml = await write('junit', failed)
    expect(xml).toContain('tests="2" failures="1" errors="0"')
    expect(xml).toContain('name="latency_p99_ns &lt; 1us"')
  })

  it('as Markdown keeps every name in its cell', async () => {
    const rows = (await write('markdown', failed)).split('\n').filter(line => line.startsWith('|'))
    expect(rows.filter(row => row.includes('❌'))).toHaveLength(1)
    const widths = rows.map(row => row.replace(/\\\|/g, '').split('|').length)
    expect(new Set(widths)).toEqual(new Set([5, 9]))
  })

  it('as Markdown becomes tables where GitHub renders it', async ctx => {
    const reason = await whyNoMarkdown()
    if (reason) ctx.skip(reason)
    const { tables, strays } = await renderedMarkdown(await write('markdown', failed))
    const [thresholds, streams] = tables
    expect([tables.length, thresholds!.length + streams!.length, strays]).toEqual([2, 2 + 3, []])
  })

  it('is an annotation where it did not pass', async () => {
    expect(await write('github', one)).toBe('')
    expect(await write('github', failed)).toMatch(
      /^::error file=profiles\/udp-64b\.yaml,line=1,title=nmgen fail::/,
    )
  })

  it('as percentiles is what its histograms hold, added up over intervals and runs', async () => {
    const text = await write('hgrm', one, one)
    const hdr = await loadHdr()
    const udp = bucketCounts([[1000, 360], [1900, 40]]) // biome-ignore format: pairs
    expect(text.split('# ')[1]).toBe(
      `udp, microseconds\n${toHistogram(hdr, [udp]).outputPercentileDistribution(5, 1000)}\n`,
    )
    expect(text).toMatch(/# tcp, microseconds\n[\s\S]*Total count += +200\]/)
  })
})

/** RFC 4180. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? plain! : quoted.replace(/""/g, '"'),
  )
}
