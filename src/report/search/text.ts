import { percent } from '../../stats/format.js'
import { paint, type Style, wrap } from '../../stats/style.js'
import { indented, marked, titled } from '../lines.js'
import { table } from '../tables.js'
import { bars } from './bars.js'
import type { FindReport, FindVerdict, SearchReport } from './report.js'
import {
  because,
  benchmarkLines,
  bitsL1,
  boundsText,
  conditionsText,
  directionLines,
  ENDED,
  intervalText,
  pps,
  remark,
  settingsText,
} from './words.js'

const COLOURS = {
  found: 'green',
  irregular: 'yellow',
  invalid: 'yellow',
  broken: 'red',
  interrupted: 'yellow',
} as const satisfies Record<FindVerdict, string>

/** Verdict first, then a table of all searches, and what each has tried. `folder`: where it is kept; null: nowhere. */
export function searchText(
  report: FindReport,
  { style, folder }: { style: Style; folder: string | null },
): string {
  const many = report.searches.length > 1
  const blocks = [
    titled(
      [report.verdict, ['bold', COLOURS[report.verdict]]],
      `${report.profile.name}: ${because(report)}`,
      style,
    ),
    goalLines(report, style),
    findingTable(report.searches, style),
    ...report.searches.flatMap(search => searchBlocks(search, style, many)),
    many ? rateBars(report, style) : [],
    report.deviations.flatMap(text => marked(`deviation: ${text}`, style)),
    folder === null ? [] : [`  results     ${folder}`],
  ]
  const text = blocks.filter(lines => lines.length > 0).map(lines => lines.join('\n'))
  return `${text.join('\n\n')}\n`
}

function goalLines({ goals, method, preset }: FindReport, style: Style): string[] {
  const labelled = (label: string, text: string) =>
    wrap(text, style.width - LABEL - 2, '  ').map(
      (line, i) => `  ${(i === 0 ? label : '').padEnd(LABEL)}${line}`,
    )
  return [
    ...labelled('method', `${method}${method === 'mlrsearch' ? `, preset ${preset}` : ''}`),
    ...goals.flatMap(goal => labelled('goal', `${goal.name}: ${conditionsText(goal)}`)),
  ]
}

const LABEL = 12

function findingTable(searches: readonly SearchReport[], { width }: Style): string[] {
  const rows = searches.flatMap(search =>
    search.findings.map(finding => [
      ...(searches.length > 1 ? [settingsText(search.settings)] : []),
      finding.goal,
      intervalText(finding),
      pps(finding.throughputPps),
      bitsL1(finding.throughputPps, search.frame_bytes),
    ]),
  )
  const head = [...(searches.length > 1 ? ['settings'] : []), 'goal', 'interval', 'forwarded', 'L1']
  return rows.length === 0 ? [] : table(head, rows, head.length - 3, width)
}

function searchBlocks(search: SearchReport, style: Style, many: boolean): string[][] {
  const remarks = search.findings.flatMap(finding =>
    remark(finding) ? [`${finding.goal}: ${remark(finding)}`] : [],
  )
  const hint = search.error?.hint === undefined ? [] : [`help: ${search.error.hint}`]
  const said = [
    ...remarks,
    ...(search.ended === 'complete' ? [] : [search.error?.message ?? ENDED[search.ended], ...hint]),
  ]
  return [
    many
      ? wrap(settingsText(search.settings), style.width, '  ').map(line => paint(style, 'bold', line))
      : [],
    lossTable(search, style),
    [...benchmarkLines(search), ...directionLines(search)].flatMap(line => indented(line, style)),
    said.flatMap(text => marked(text, style)),
  ]
}

/** Loss against load. */
export function lossTable({ loads }: SearchReport, style: Style): string[] {
  if (loads.length === 0) return []
  const drawn = bars(
    loads.map(({ lossRatio }) => lossRatio),
    style,
    1,
  )
  const rows = loads.map((load, i) => [
    pps(load.loadPps),
    String(load.trials),
    percent(load.lossRatio),
    boundsText(load),
    drawn[i]!,
  ])
  return table(['load', 'trials', 'lost', 'bound', ''], rows, 0, style.width).map(line => line.trimEnd())
}

/** Rate against frame size, and whatever else the searches differ in. */
export function rateBars({ searches, goals }: FindReport, style: Style): string[] {
  const highest = Math.max(
    0,
    ...searches.flatMap(({ findings }) => findings.map(({ lowerPps }) => lowerPps ?? 0)),
  )
  if (highest === 0) return []
  return goals.flatMap(({ name }) => {
    const of = (search: SearchReport) => search.findings.find(({ goal }) => goal === name)?.lowerPps ?? null
    const drawn = bars(
      searches.map(search => of(search) ?? 0),
      style,
      highest,
    )
    const rows = searches.map((search, i) => [settingsText(search.settings), pps(of(search)), drawn[i]!])
    return table([name, 'rate', ''], rows, 1, style.width)
  })
}
