import type { Comparison, MetricComparison, ProfileVerdict } from '../../compare/compare.js'
import { type Style, wrap } from '../../stats/style.js'
import { indented, marked, titled } from '../lines.js'
import { table } from '../tables.js'
import type { ComparisonReport } from './report.js'
import { changeText, inOrder, medianText, thetaText } from './words.js'

const COLOURS = {
  regression: 'red',
  invalid: 'yellow',
  inconclusive: 'yellow',
  improvement: 'green',
  equivalent: 'green',
} as const satisfies Record<ProfileVerdict, string>

/** Verdict first, then one table a profile: what decided above what is only shown. */
export function comparisonText(report: ComparisonReport, style: Style): string {
  const blocks = [
    ...report.profiles.flatMap(profile => profileBlocks(profile, style)),
    report.warnings.flatMap(warning => marked(warning, style)),
    [`  base     ${report.base}`, `  current  ${report.current}`, ...indented(modeText(report), style)],
  ]
  return `${blocks
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`
}

function profileBlocks(profile: Comparison, style: Style): string[][] {
  const { verdict } = profile
  const sentence = `${profile.profile}: ${because(profile)}`
  return [
    titled([verdict, ['bold', COLOURS[verdict]]], sentence, style),
    metricTable(inOrder(profile.metrics), style),
    profile.metrics.flatMap(({ metric, reason }) => (reason ? indented(`${metric}: ${reason}`, style) : [])),
    [...profile.reasons, ...profile.dropped].flatMap(reason => marked(reason, style)),
    differences(profile, style),
  ]
}

type Column = readonly [title: string, cell: (row: MetricComparison) => string]

const METRIC: Column = ['metric', row => row.metric]
const BASE: Column = ['base', row => medianText(row, row.base)]
const CURRENT: Column = ['current', row => medianText(row, row.current)]
const CHANGE: Column = ['change [interval]', changeText]
const VERDICT: Column = ['verdict', row => (row.gated ? `${row.verdict} (${thetaText(row)})` : row.verdict)]
const VERDICT_ALONE: Column = ['verdict', row => row.verdict]

/** Where there is no room for all, the change has to do for the median that it is a change from, and so on. */
const LAYOUTS: readonly (readonly Column[])[] = [
  [METRIC, BASE, CURRENT, CHANGE, VERDICT],
  [METRIC, CURRENT, CHANGE, VERDICT],
  [METRIC, CURRENT, CHANGE, VERDICT_ALONE],
]
const STACKED: readonly Column[] = [METRIC, VERDICT, CURRENT, ['change', changeText]]

function metricTable(metrics: readonly MetricComparison[], { width }: Style): string[] {
  if (metrics.length === 0) return []
  const draw = (layout: readonly Column[], ...room: [number, number?]) =>
    table(
      layout.map(([title]) => title),
      metrics.map(row => layout.map(([, cell]) => cell(row))),
      ...room,
    )
  const made = LAYOUTS.map(layout => draw(layout, 1))
  return made.find(lines => lines.every(line => line.length <= width)) ?? draw(STACKED, 2, width)
}

export function because({ verdict, metrics, base_runs, current_runs, reasons }: Comparison): string {
  if (verdict === 'invalid')
    return reasons.length > 0 ? 'the runs cannot be compared' : 'nothing was compared'
  const deciding = metrics.filter(row => row.gated && row.verdict === verdict).map(({ metric }) => metric)
  return `${deciding.join(', ')} (${base_runs} runs against ${current_runs})`
}

function differences({ differences }: Comparison, style: Style): string[] {
  return differences.flatMap(({ what, base, current }) =>
    wrap(`${what}: ${base.join(' or ')} / ${current.join(' or ')}`, style.width - 4, '  ').map(
      line => `    ${line}`,
    ),
  )
}

export const modeText = ({ mode, seconds }: ComparisonReport): string =>
  mode === 'sequential'
    ? 'sequential: base was stored earlier, so drift of the machine would look like a change'
    : `interleaved: trials in the order A B B A${seconds === null ? '' : `, ${Math.round(seconds)} s`}`
