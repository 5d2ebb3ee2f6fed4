import { percent } from '../../stats/format.js'
import { plainStyle } from '../../stats/style.js'
import { cell, table } from '../markdown.js'
import { bars } from './bars.js'
import type { FindReport, SearchReport } from './report.js'
import {
  because,
  benchmarkLines,
  bitsL1,
  boundsText,
  conditionsText,
  directionLines,
  ENDED,
  pps,
  remark,
  settingsText,
} from './words.js'

const MARKS = { found: '✅', irregular: '⚠️', invalid: '⚠️', broken: '❌', interrupted: '⚠️' } as const

export function searchMarkdown(report: FindReport): string {
  const { verdict, profile, goals, method, preset, searches, deviations } = report
  const blocks = [
    `## ${MARKS[verdict]} ${cell(profile.name)}: ${verdict}`,
    `${cell(because(report))}. Method ${method}, preset ${preset}, seed ${profile.seed}, ${report.started_at}.`,
    goals.map(goal => `- ${cell(goal.name)}: ${cell(conditionsText(goal))}`).join('\n'),
    findings(searches),
    ...searches.map(searchText),
    deviations.map(text => `- deviation: ${cell(text)}`).join('\n'),
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

function findings(searches: readonly SearchReport[]): string {
  const head = ['settings', 'goal', 'lower bound', 'upper bound', 'forwarded', 'L1', '', '']
  const rates = searches.flatMap(({ findings }) => findings.map(({ lowerPps }) => lowerPps ?? 0))
  const drawn = bars(rates, plainStyle, Math.max(1, ...rates))
  const rows = searches.flatMap(search =>
    search.findings.map(finding => [
      cell(settingsText(search.settings)) || '-',
      cell(finding.goal),
      pps(finding.lowerPps),
      pps(finding.upperPps),
      pps(finding.throughputPps),
      bitsL1(finding.throughputPps, search.frame_bytes),
      cell(remark(finding)),
    ]),
  )
  return table(
    head,
    rows.map((row, i) => [...row, drawn[i]!.trim()]),
  )
}

function searchText(search: SearchReport): string {
  const lines = [...benchmarkLines(search), ...directionLines(search)]
  if (search.ended !== 'complete') lines.push(search.error?.message ?? ENDED[search.ended])
  const drawn = bars(
    search.loads.map(({ lossRatio }) => lossRatio),
    plainStyle,
    1,
  )
  const rows = search.loads.map((load, i) => [
    pps(load.loadPps),
    String(load.trials),
    load.seconds.toFixed(1),
    percent(load.lossRatio),
    cell(boundsText(load)),
    drawn[i]!.trim(),
  ])
  return [
    `### Loss against load${Object.keys(search.settings).length > 0 ? `, ${cell(settingsText(search.settings))}` : ''}`,
    lines.map(line => `- ${cell(line)}`).join('\n'),
    rows.length === 0 ? '' : table(['load', 'trials', 'seconds', 'lost', 'bound', ''], rows),
  ]
    .filter(block => block !== '')
    .join('\n\n')
}
