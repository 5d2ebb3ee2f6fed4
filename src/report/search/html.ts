import { percent } from '../../stats/format.js'
import { quoted, section, table } from '../html/markup.js'
import { page } from '../html/page.js'
import { lossChart, rateChart } from './charts.js'
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

/** The colours that the page has for runs. */
const CLASSES = {
  found: 'pass',
  irregular: 'invalid',
  invalid: 'invalid',
  broken: 'broken',
  interrupted: 'interrupted',
}

export function searchHtml(report: FindReport): string {
  const { verdict, profile, method, preset, searches, deviations, goals } = report
  const body = [
    `<h1><span class="${CLASSES[verdict]}">${verdict.toUpperCase()}</span> ${quoted(profile.name)}</h1>`,
    `<p>${quoted(because(report))}. Method ${quoted(method)}, preset ${quoted(preset)}, seed ${profile.seed}, ${quoted(report.started_at)}.</p>`,
    `<ul>${[...goals.map(goal => `${goal.name}: ${conditionsText(goal)}`), ...deviations.map(text => `deviation: ${text}`)].map(text => `<li>${quoted(text)}</li>`).join('')}</ul>`,
    section('What was found', findings(searches), rateChart(report)),
    ...searches.map(searchSection),
  ]
  return page(`nmgen find: ${profile.name}, ${verdict}`, body.join('\n'))
}

const findings = (searches: readonly SearchReport[]): string =>
  table(
    'The highest load that meets each goal',
    [
      { name: 'settings' },
      { name: 'goal' },
      { name: 'lower bound', numeric: true },
      { name: 'upper bound', numeric: true },
      { name: 'forwarded', numeric: true },
      { name: 'L1', numeric: true },
      { name: '' },
    ],
    searches.flatMap(search =>
      search.findings.map(finding => [
        settingsText(search.settings),
        finding.goal,
        pps(finding.lowerPps),
        pps(finding.upperPps),
        pps(finding.throughputPps),
        bitsL1(finding.throughputPps, search.frame_bytes),
        remark(finding),
      ]),
    ),
  )

function searchSection(search: SearchReport): string {
  const ended = search.ended === 'complete' ? '' : (search.error?.message ?? ENDED[search.ended])
  const lines = [...(ended === '' ? [] : [ended]), ...benchmarkLines(search), ...directionLines(search)]
  return section(
    settingsText(search.settings) || 'Loads',
    ...lines.map(text => `<p>${quoted(text)}</p>`),
    lossChart(search),
    search.loads.length === 0
      ? ''
      : table(
          'Loss against load',
          [
            { name: 'load', numeric: true },
            { name: 'trials', numeric: true },
            { name: 'seconds', numeric: true },
            { name: 'lost', numeric: true },
            { name: 'bound' },
          ],
          search.loads.map(load => [
            pps(load.loadPps),
            String(load.trials),
            load.seconds.toFixed(1),
            percent(load.lossRatio),
            boundsText(load),
          ]),
        ),
    hooks(search),
  )
}

/** What the user's own commands said before and after each trial. */
function hooks({ trials }: SearchReport): string {
  const rows = trials.flatMap(({ trial, hooks }) =>
    (['before', 'after'] as const).flatMap(when => {
      const run = hooks[when]
      return run ? [[String(trial), when, run.command, String(run.exit ?? '-'), run.output]] : []
    }),
  )
  if (rows.length === 0) return ''
  const columns = [{ name: 'trial' }, { name: '' }, { name: 'command' }, { name: 'exit' }, { name: 'output' }]
  return table('Hooks', columns, rows)
}
