import type { Comparison, MetricComparison } from '../../compare/compare.js'
import { cell } from '../markdown.js'
import type { ComparisonReport } from './report.js'
import { because, modeText } from './text.js'
import { changeText, inOrder, medianText, sparkline, thresholdText } from './words.js'

const MARKS = {
  regression: '❌',
  invalid: '⚠️',
  inconclusive: '⚠️',
  improvement: '✅',
  equivalent: '✅',
} as const

/** For the text of a pull request's comment: GitHub's and GitLab's Markdown. */
export function comparisonMarkdown(report: ComparisonReport): string {
  const blocks = [
    `## ${MARKS[report.verdict]} nmgen compare: ${report.verdict}`,
    ...report.profiles.flatMap(profileBlocks),
    ...report.warnings.map(warning => `> ${cell(warning)}`),
    `${cell(report.base)} → ${cell(report.current)}, ${modeText(report)}.`,
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

function profileBlocks(profile: Comparison): string[] {
  return [
    `### ${MARKS[profile.verdict]} ${cell(profile.profile)}: ${profile.verdict}`,
    cell(because(profile)),
    profile.metrics.length === 0 ? '' : [...head, ...inOrder(profile.metrics).map(rowText)].join('\n'),
    [...profile.reasons, ...profile.dropped].map(reason => `- ${cell(reason)}`).join('\n'),
    profile.differences
      .map(
        ({ what, base, current }) =>
          `- \`${code(what)}\`: ${cell(base.join(' or '))} → ${cell(current.join(' or '))}`,
      )
      .join('\n'),
    samples(profile),
  ]
}

const head = [
  '| metric | base | current | change [interval] | threshold | runs | verdict |',
  '|---|---:|---:|---:|---:|---|---|',
]

function rowText(row: MetricComparison): string {
  const runs = `${sparkline(row.base.samples)} ${sparkline(row.current.samples)}`
  const verdict = row.gated ? `${MARKS[row.verdict]} ${row.verdict}` : `(${row.verdict})`
  const cells = [
    row.metric,
    medianText(row, row.base),
    medianText(row, row.current),
    changeText(row),
    thresholdText(row),
    runs,
    verdict,
  ]
  return `| ${cells.join(' | ')} |`
}

function samples({ metrics }: Comparison): string {
  const lines = metrics
    .filter(({ gated }) => gated)
    .map(
      ({ metric, base, current }) =>
        `${metric}\n  base    ${base.samples.join(' ')}\n  current ${current.samples.join(' ')}`,
    )
  if (lines.length === 0) return ''
  return `<details><summary>samples</summary>\n\n\`\`\`\n${lines.join('\n')}\n\`\`\`\n\n</details>`
}

const code = (text: string): string => text.replace(/`/g, "'")
