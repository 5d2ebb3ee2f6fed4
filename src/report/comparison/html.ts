import type { Comparison } from '../../compare/compare.js'
import { changesChart, runsChart, SIDES } from '../html/changes.js'
import { percentileChart } from '../html/latency.js'
import { quoted, section, table } from '../html/markup.js'
import { page } from '../html/page.js'
import { overlaidRates } from '../html/rates.js'
import type { StoredResult } from '../read.js'
import { type Histogram, hasHistograms, histogramsOf, intervalsOf, sumOf } from '../stored/histograms.js'
import type { ComparisonReport, Sides } from './report.js'
import { because, modeText } from './text.js'
import { changeText, inOrder, medianText, thresholdText } from './words.js'

/** One page that needs nothing else: both sides overlaid, each change with its interval. */
export async function comparisonHtml(report: ComparisonReport, sides: readonly Sides[]): Promise<string> {
  const parts: string[] = []
  for (const [i, profile] of report.profiles.entries()) parts.push(await profilePart(profile, sides[i]!))
  const head = `<p>${quoted(`${report.base} against ${report.current}; ${modeText(report)}.`)}</p>`
  const body = [head, list(report.warnings), ...parts].join('\n')
  return page(`nmgen compare: ${report.verdict}`, body)
}

async function profilePart(profile: Comparison, sides: Sides): Promise<string> {
  const gated = profile.metrics.filter(row => row.gated)
  return [
    `<h1><span class="${profile.verdict}">${profile.verdict.toUpperCase()}</span> ${quoted(profile.profile)}</h1>`,
    `<p>${quoted(because(profile))}</p>`,
    list([...profile.reasons, ...profile.dropped]),
    section('Changes', changesChart(profile.metrics), metricsTable(profile)),
    section('Runs', ...gated.map(runsChart)),
    section(
      'Over time',
      overlaidRates(SIDES.map(side => ({ ...side, runs: sides[side.name].map(seriesOf) }))),
    ),
    section('Latency', percentileChart(await latencies(sides))),
    section('Not alike', differences(profile)),
  ].join('\n')
}

const list = (texts: readonly string[]): string =>
  texts.length === 0 ? '' : `<ul>${texts.map(text => `<li>${quoted(text)}</li>`).join('')}</ul>`

const seriesOf = ({ file }: StoredResult) => intervalsOf(file)

/** Of all runs of a side together; empty where not all of them kept theirs. */
async function latencies(sides: Sides): Promise<[name: string, histogram: Histogram][]> {
  const found: [string, Histogram][] = []
  for (const { name } of SIDES)
    if (sides[name].every(hasHistograms))
      found.push([name, await sumOf((await histogramsOf(sides[name])).values())])
  return found
}

function metricsTable({ metrics }: Comparison): string {
  const columns = ['base', 'current', 'change [interval]', 'threshold'].map(name => ({ name, numeric: true }))
  const rows = inOrder(metrics).map(row => [
    row.metric,
    medianText(row, row.base),
    medianText(row, row.current),
    changeText(row),
    thresholdText(row),
    row.gated ? row.verdict : `(${row.verdict})`,
  ])
  const caption = 'Medians of the runs; in brackets what does not decide'
  return rows.length === 0 ? '' : table(caption, [{ name: 'metric' }, ...columns, { name: 'verdict' }], rows)
}

const differences = ({ differences }: Comparison): string =>
  differences.length === 0
    ? ''
    : table(
        'What differs between the sides',
        [{ name: '' }, { name: 'base' }, { name: 'current' }],
        differences.map(({ what, base, current }) => [what, base.join(' or '), current.join(' or ')]),
      )
