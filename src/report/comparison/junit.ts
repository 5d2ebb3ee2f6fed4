import type { Comparison, MetricComparison } from '../../compare/compare.js'
import { element, junitXml, output, type TestCase, xml } from '../xml.js'
import type { ComparisonReport } from './report.js'
import { because } from './text.js'
import { changeText, medianText, thresholdText } from './words.js'

/** One test case for each metric that decides. */
export function comparisonJunit(report: ComparisonReport, at: { now: Date; host: string }): string {
  const { base, current, mode, seconds, profiles } = report
  const properties = { base, current, mode }
  return junitXml({
    name: 'nmgen compare',
    seconds: seconds ?? 0,
    ...at,
    properties,
    cases: profiles.flatMap(casesOf),
  })
}

function casesOf(profile: Comparison): TestCase[] {
  if (profile.verdict !== 'invalid')
    return profile.metrics
      .filter(({ gated }) => gated)
      .map(row => testCase(profile, row.metric, outcomeOf(row)))
  const [first = because(profile), ...rest] = [...profile.reasons, ...profile.dropped]
  return [testCase(profile, 'comparable', element('error', 'invalid', first, [first, ...rest].join('\n')))]
}

const testCase = (
  { file, base_runs, current_runs }: Comparison,
  metric: string,
  inside: string,
): TestCase => ({
  className: file,
  name: `${metric} (${base_runs} against ${current_runs} runs)`,
  seconds: 0,
  inside,
})

function outcomeOf(row: MetricComparison): string {
  const message = `${changeText(row)} threshold ${thresholdText(row)}`
  const side = (name: 'base' | 'current') =>
    `${name} ${medianText(row, row[name])}: ${row[name].samples.join(' ')}`
  const numbers = `${side('base')}\n${side('current')}`
  if (row.verdict === 'regression') return element('failure', 'regression', message, numbers)
  if (row.verdict === 'inconclusive')
    return `<skipped message="${xml(row.reason ?? `inconclusive: ${message}`)}"/>`
  return output(`${row.verdict}: ${message}\n${numbers}`)
}
