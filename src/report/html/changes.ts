/** What a comparison says, as pictures: each change with its interval, and the runs that it was made of. */
import type { MetricComparison } from '../../compare/compare.js'
import { inUnit } from '../../stats/format.js'
import { METRICS } from '../../units/metrics.js'
import { changeText, inOrder } from '../comparison/words.js'
import { ACROSS, type Axis, type Line, lineChart, round, UP, WIDTH } from './chart.js'
import { quoted } from './markup.js'
import { linear } from './scale.js'

export const SIDES = [
  { name: 'base', colour: 1 },
  { name: 'current', colour: 2 },
] as const

const ROW = 26
const LEFT = 170

/** One row a metric: the change as a point, its interval as a bar, the threshold as a band around no change. */
export function changesChart(metrics: readonly MetricComparison[]): string {
  const rows = inOrder(metrics).filter(({ change }) => change?.kind === 'ratio')
  if (rows.length === 0) return ''
  const percents = rows.flatMap(({ change, theta }) => [change!.low - 1, change!.high - 1, theta, -theta])
  const scale = linear(Math.min(...percents) * 110, Math.max(...percents) * 110, [LEFT, WIDTH - 20])
  const height = rows.length * ROW + 40
  const grid = scale.ticks.map(tick => {
    const x = round(scale(tick))
    const [text, bottom] = [`${Number(tick.toPrecision(6))} %`, height - 30]
    return `<line class="grid" x1="${x}" x2="${x}" y1="6" y2="${bottom}"/><text class="tick" x="${x}" y="${bottom + 16}" text-anchor="middle">${text}</text>`
  })
  const drawn = rows.map((row, i) => changeRow(row, 6 + ROW * (i + 0.5), percent => round(scale(percent))))
  const said = rows.map(row => `${row.metric} ${changeText(row)}`).join(', ')
  const title = 'Changes, each with its interval'
  return `<figure><svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${quoted(`${title}: ${said}`)}"><title>${title}</title>${grid.join('')}${drawn.join('')}</svg><figcaption>${title}; the band is what the threshold lets pass</figcaption></figure>`
}

function changeRow(row: MetricComparison, y: number, at: (percent: number) => number): string {
  const { estimate, low, high } = row.change!
  const [left, right] = [at(-row.theta * 100), at(row.theta * 100)]
  const [from, to, point] = [low, high, estimate].map(ratio => at((ratio - 1) * 100)) as [
    number,
    number,
    number,
  ]
  const band = row.gated
    ? `<rect class="band" x="${left}" y="${y - 9}" width="${round(right - left)}" height="18"/>`
    : ''
  const colour = row.gated ? row.verdict : 'shown'
  return `${band}<text class="tick" x="${LEFT - 8}" y="${y}" dy="0.32em" text-anchor="end">${quoted(row.metric)}</text><line class="interval ${colour}" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/><circle class="interval ${colour}" cx="${point}" cy="${y}" r="4"/>`
}

/** Run by run, in the order in which they were made: drift and outliers are seen at once. */
export function runsChart(row: MetricComparison): string {
  const lines = SIDES.map(
    ({ name, colour }): Line => ({
      name,
      colour,
      points: row[name].samples.map((value, i) => [i + 1, value] as const),
    }),
  )
  const values = [...row.base.samples, ...row.current.samples]
  const [low, high] = [Math.min(...values), Math.max(...values)]
  // Around the values: of runs that differ by a percent, an axis from 0 shows nothing.
  const room = (high - low) * 0.1 || Math.abs(high) * 0.1 || 1
  const most = Math.max(row.base.samples.length, row.current.samples.length)
  const x: Axis = {
    scale: linear(1, Math.max(most, 2), ACROSS, Math.min(most, 10)),
    title: 'run',
    write: value => (Number.isInteger(value) ? String(value) : ''),
  }
  const y: Axis = {
    scale: linear(low >= 0 ? Math.max(low - room, 0) : low - room, high + room, UP),
    title: row.metric,
    write: value => inUnit(value, METRICS[row.metric]),
  }
  return lineChart(`${row.metric}, run by run`, x, y, lines)
}
