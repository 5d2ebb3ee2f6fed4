import type { Finding } from '../../find/findings.js'
import { plainStyle } from '../../stats/style.js'
import { element, junitXml, output, type TestCase } from '../xml.js'
import type { FindReport, SearchReport } from './report.js'
import { lossTable, rateBars } from './text.js'
import { benchmarkLines, directionLines, ENDED, intervalText, remark, settingsText } from './words.js'

/** One test case a search and goal: found, or why not; where there are several searches, their rates beside each other. */
export function searchJunit(report: FindReport, at: { now: Date; host: string }): string {
  const { method, preset, profile, searches } = report
  return junitXml({
    name: 'nmgen find',
    seconds: searches.reduce((sum, { seconds }) => sum + seconds, 0),
    ...at,
    properties: { method, preset, seed: String(profile.seed) },
    cases: searches.flatMap(search => casesOf(report, search)),
    ...(searches.length > 1 && { out: lines(rateBars(report, plainStyle)) }),
  })
}

function casesOf({ profile }: FindReport, search: SearchReport): TestCase[] {
  const settings = settingsText(search.settings)
  const test = (name: string, inside: string): TestCase => ({
    className: profile.file,
    name: settings === '' ? name : `${name} (${settings})`,
    seconds: search.seconds,
    inside,
  })
  if (search.ended !== 'complete') {
    const { message = ENDED[search.ended], hint = '' } = search.error ?? {}
    return [test('search', element('error', search.ended, message, hint))]
  }
  return search.findings.map(finding => test(finding.goal, outcomeOf(finding) + outputOf(search, finding)))
}

/** What was found, loss against load, what else was measured, and each way: in one element, as some readers know no second. */
function outputOf(search: SearchReport, finding: Finding): string {
  const found = [intervalText(finding), remark(finding)].filter(text => text !== '').join('; ')
  return output(
    lines([found, ...lossTable(search, plainStyle), ...benchmarkLines(search), ...directionLines(search)]),
  )
}

const lines = (text: readonly string[]): string => `\n${text.join('\n')}\n`

function outcomeOf(finding: Finding): string {
  const interval = intervalText(finding)
  if (finding.irregular === 'no-load') return element('failure', 'no-load', remark(finding), interval)
  if (finding.limitedBy === 'generator') return element('error', 'generator', remark(finding), interval)
  return ''
}
