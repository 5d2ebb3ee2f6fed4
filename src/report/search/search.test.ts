import { describe, expect, it } from 'vitest'
import { junitFaults, whyNoJunit } from '../../../test/lab/junit.js'
import { renderedMarkdown, whyNoMarkdown } from '../../../test/lab/markdown.js'
import { plainStyle } from '../../stats/style.js'
import { searchJunit } from './junit.js'
import { searchMarkdown } from './markdown.js'
import type { FindReport } from './report.js'
import { aFinding, aFindReport, aSearch } from './report.testing.js'
import { searchText } from './text.js'

/** Of each way that a search can end. */
const reports: Record<string, FindReport> = {
  found: aFindReport(),
  'no load': aFindReport({
    verdict: 'irregular',
    searches: [
      aSearch({ findings: [aFinding({ lowerPps: null, throughputPps: null, irregular: 'no-load' })] }),
    ],
  }),
  'not the device': aFindReport({
    verdict: 'invalid',
    searches: [aSearch({ findings: [aFinding({ limitedBy: 'generator' })] })],
  }),
  'a search that broke among others': aFindReport({
    verdict: 'broken',
    deviations: ['trials of 1 s, not of 60 s | as RFC 2544 asks for'],
    searches: [
      aSearch({ settings: { 'streams.udp.frame': '64B', rules: '100' } }),
      aSearch({
        settings: { 'streams.udp.frame': '1518B', rules: '10|000' },
        ended: 'broken',
        error: {
          code: 'device-lost',
          message: 'the link of <lab> & "dut" went down',
          hint: 'check the cable',
        },
        findings: [],
        loads: [],
      }),
    ],
  }),
  'the time was up': aFindReport({
    verdict: 'interrupted',
    searches: [aSearch({ ended: 'timeout', findings: [aFinding({ irregular: 'unfinished' })] })],
  }),
}
const each = Object.entries(reports)
const at = { now: new Date('2026-11-23T06:15:00Z'), host: 'lab & co' }

describe('a search', () => {
  it.for(each)('as JUnit is valid: %s', async ([, report], ctx) => {
    const reason = await whyNoJunit()
    if (reason) ctx.skip(reason)
    expect(await junitFaults(searchJunit(report, at))).toBe('')
  })

  it('as JUnit would not be valid without its totals', async ctx => {
    const reason = await whyNoJunit()
    if (reason) ctx.skip(reason)
    const xml = searchJunit(aFindReport(), at).replaceAll(/ errors="\d+"/g, '')
    expect(await junitFaults(xml)).toContain('testsuites')
  })

  it('as JUnit fails where no load is met, and is an error where it says nothing about the device', () => {
    const totals = each.map(([, report]) =>
      /failures="(\d)" errors="(\d)" skipped/.exec(searchJunit(report, at)),
    )
    expect(totals.map(found => found!.slice(1).join(' '))).toEqual(['0 0', '1 0', '0 1', '0 1', '0 1'])
  })

  it.for(each)('as Markdown becomes its tables: %s', async ([, report], ctx) => {
    const reason = await whyNoMarkdown()
    if (reason) ctx.skip(reason)
    const { tables, headings, strays } = await renderedMarkdown(searchMarkdown(report))
    const { searches, verdict } = report
    const tried = searches.filter(({ loads }) => loads.length > 0)
    const [findings, ...loads] = tables
    expect(findings!.slice(1).map(row => row[1])).toEqual(
      searches.flatMap(search => search.findings.map(({ goal }) => goal)),
    )
    expect(loads.map(rows => rows.length - 1)).toEqual(tried.map(search => search.loads.length))
    for (const rows of tables) expect(new Set(rows.map(row => row.length)).size).toBe(1)
    expect(headings[0]).toContain(`a|b <c>: ${verdict}`)
    expect(headings).toHaveLength(1 + searches.length)
    expect(strays).toEqual([])
  })

  it.for([80, 60, 200])('as text has its verdict first, and lines of %d columns', width => {
    for (const [, report] of each) {
      const text = searchText(report, { style: { ...plainStyle, width }, folder: 'results/search' })
      expect(text).toMatch(new RegExp(`^${report.verdict.toUpperCase()} `))
      expect(text.split('\n').filter(line => line.length > width)).toEqual([])
    }
  })
})
