import { percent } from '../../stats/format.js'
import { paint, type Style, wrap } from '../../stats/style.js'
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
    [
      `${paint(style, ['bold', COLOURS[report.verdict]], report.verdict.toUpperCase())}  ${report.profile.name}: ${because(report)}`,
    ],
    goalLines(report),
    findingTable(report.searches),
    ...report.searches.flatMap(search => searchBlocks(search, style, many)),
    many ? rateBars(report, style) : [],
    report.deviations.flatMap(text => marked(`deviation: ${text}`, style)),
    folder === null ? [] : [`  results     ${folder}`],
  ]
  const text = blocks.filter(lines => lines.length > 0).map(lines => lines.join('\n'))
  return `${text.join('\n\n')}\n`
}

const goalLines = ({ goals, method, preset }: FindReport): string[] => [
  `  method      ${method}${method === 'mlrsearch' ? `, preset ${preset}` : ''}`,
  ...goals.map(goal => `  goal        ${goal.name}: ${conditionsText(goal)}`),
]

function findingTable(searches: readonly SearchReport[]): string[] {
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
  return rows.length === 0 ? [] : table(head, rows, head.length - 3)
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
    many ? [paint(style, 'bold', settingsText(search.settings))] : [],
    lossTable(search, style),
    [...benchmarkLines(search), ...directionLines(search)].map(line => `  ${line}`),
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
  return table(['load', 'trials', 'lost', 'bound', ''], rows, 0).map(line => line.trimEnd())
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
    return table([name, 'rate', ''], rows, 1)
  })
}

function marked(text: string, style: Style): string[] {
  const [first = '', ...rest] = wrap(text, style.width - 4, '')
  return [`  ${paint(style, 'yellow', '!')} ${first}`, ...rest.map(line => `    ${line}`)]
}
