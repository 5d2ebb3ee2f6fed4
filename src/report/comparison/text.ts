import type { Comparison, MetricComparison, ProfileVerdict } from '../../compare/compare.js'
import { paint, type Style, wrap } from '../../stats/style.js'
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
    [`  base     ${report.base}`, `  current  ${report.current}`, `  ${modeText(report)}`],
  ]
  return `${blocks
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`
}

function profileBlocks(profile: Comparison, style: Style): string[][] {
  const word = profile.verdict.toUpperCase()
  const head = `${paint(style, ['bold', COLOURS[profile.verdict]], word)}  ${profile.profile}: ${because(profile)}`
  const wide = style.width >= WIDE
  const columns = ['metric', ...(wide ? ['base'] : []), 'current', 'change [interval]', 'verdict']
  const rows = inOrder(profile.metrics).map(row => rowOf(row, wide))
  return [
    [head],
    rows.length > 0 ? table(columns, rows, 1) : [],
    profile.metrics.flatMap(({ metric, reason }) => (reason ? [`  ${metric}: ${reason}`] : [])),
    [...profile.reasons, ...profile.dropped].flatMap(reason => marked(reason, style)),
    differences(profile, style),
  ]
}

/** Below, the change has to do for the median that it is a change from. */
const WIDE = 100

const rowOf = (row: MetricComparison, wide: boolean): string[] => [
  row.metric,
  ...(wide ? [medianText(row, row.base)] : []),
  medianText(row, row.current),
  changeText(row),
  row.gated ? `${row.verdict} (${thetaText(row)})` : row.verdict,
]

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

function marked(text: string, style: Style): string[] {
  const [first = '', ...rest] = wrap(text, style.width - 4, '')
  return [`  ${paint(style, 'yellow', '!')} ${first}`, ...rest.map(line => `    ${line}`)]
}

export const modeText = ({ mode, seconds }: ComparisonReport): string =>
  mode === 'sequential'
    ? 'sequential: base was stored earlier, so drift of the machine would look like a change'
    : `interleaved: trials in the order A B B A${seconds === null ? '' : `, ${Math.round(seconds)} s`}`
