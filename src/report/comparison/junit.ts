import type { Comparison, MetricComparison } from '../../compare/compare.js'
import type { ComparisonReport } from './report.js'
import { because } from './text.js'
import { changeText, medianText, thresholdText } from './words.js'

/** One test case for each metric that decides (the schema that Jenkins' xUnit plugin uses: junit-10.xsd). */
export function comparisonJunit(
  report: ComparisonReport,
  { now, host }: { now: Date; host: string },
): string {
  const cases = report.profiles.flatMap(profileCases)
  const count = (kind: string) => cases.filter(text => text.includes(`<${kind} `)).length
  const totals = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`
  const time = (report.seconds ?? 0).toFixed(3)
  const stamp = now.toISOString().replace(/\.\d+Z$/, '')
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="nmgen compare" ${totals} time="${time}">`,
    `  <testsuite name="nmgen compare" ${totals} skipped="${count('skipped')}" time="${time}" timestamp="${stamp}" hostname="${xml(host)}">`,
    '    <properties>',
    ...Object.entries({ base: report.base, current: report.current, mode: report.mode }).map(
      ([name, value]) => `      <property name="${name}" value="${xml(value)}"/>`,
    ),
    '    </properties>',
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function profileCases(profile: Comparison): string[] {
  if (profile.verdict !== 'invalid')
    return profile.metrics
      .filter(({ gated }) => gated)
      .map(row => testCase(profile, row.metric, resultOf(row)))
  const [first = because(profile), ...rest] = profile.reasons
  return [testCase(profile, 'comparable', element('error', 'invalid', first, [first, ...rest].join('\n')))]
}

const testCase = ({ file, base_runs, current_runs }: Comparison, name: string, inside: string): string =>
  `    <testcase classname="${xml(file)}" name="${xml(name)} (${base_runs} against ${current_runs} runs)" time="0">${inside}</testcase>`

function resultOf(row: MetricComparison): string {
  const message = `${changeText(row)} threshold ${thresholdText(row)}`
  const numbers = `base ${medianText(row, row.base)}: ${row.base.samples.join(' ')}\ncurrent ${medianText(row, row.current)}: ${row.current.samples.join(' ')}`
  if (row.verdict === 'regression') return element('failure', 'regression', message, numbers)
  if (row.verdict === 'inconclusive')
    return `<skipped message="${xml(row.reason ?? `inconclusive: ${message}`)}"/>`
  return `<system-out>${xml(`${row.verdict}: ${message}\n${numbers}`)}</system-out>`
}

const element = (name: string, type: string, message: string, text: string): string =>
  `<${name} type="${type}" message="${xml(message)}">${xml(text)}</${name}>`

const NAMES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** XML 1.0 has no way to write control characters, so they are left out. */
const xml = (text: string): string =>
  text
    .replace(/\p{Cc}|[\ufffe\uffff]/gu, char => (/[\t\n\r]/.test(char) ? char : ''))
    .replace(/[&<>"']/g, char => NAMES[char]!)
