import { magnitude } from '../../stats/format.js'
import { ACROSS, type Axis, type Line, lineChart, UP } from '../html/chart.js'
import { linear } from '../html/scale.js'
import type { FindReport, SearchReport } from './report.js'
import { settingsText } from './words.js'

const WIRE_OVERHEAD_BYTES = 20

const rates = (title: string, highest: number, range: readonly [number, number]): Axis => ({
  scale: linear(0, highest * 1.05, range),
  title,
  write: value => magnitude(value, '').trim(),
})

/** RFC 2544 section 26.3: loss in percent, from 0 to 100, against the load. */
export function lossChart({ loads }: SearchReport): string {
  if (loads.length < 2) return ''
  const x = rates('packets/s', Math.max(...loads.map(({ loadPps }) => loadPps)), ACROSS)
  const y: Axis = { scale: linear(0, 100, UP), title: 'lost, %', write: String }
  const points = loads.map(({ loadPps, lossRatio }) => [loadPps, lossRatio * 100] as const)
  return lineChart('Loss against load', x, y, [{ name: 'lost', colour: 2, points }])
}

/** Section 26.1: rate against frame size, what was measured beside what the line could carry. */
export function rateChart({ searches, goals }: FindReport): string {
  const sizes = [...new Set(searches.map(({ frame_bytes }) => frame_bytes))]
  if (sizes.length < 2) return ''
  const measured = goals.map(
    ({ name }, i): Line => ({
      name,
      colour: i + 1,
      points: searches.flatMap(({ frame_bytes, findings }) => {
        const rate = findings.find(({ goal }) => goal === name)?.lowerPps
        return rate ? [[frame_bytes, rate] as const] : []
      }),
    }),
  )
  const lines = [...measured, ...theory(searches)].map(line => ({
    ...line,
    points: [...line.points].sort(([a], [b]) => a - b),
  }))
  const highest = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, rate]) => rate)))
  const x: Axis = {
    scale: linear(0, Math.max(...sizes) * 1.05, ACROSS),
    title: 'frame, bytes',
    write: String,
  }
  const what = searches.map(({ settings }) => settingsText(settings)).join(', ')
  return lineChart(`Rate against frame size (${what})`, x, rates('packets/s', highest, UP), lines)
}

function theory(searches: readonly SearchReport[]): Line[] {
  const points = searches.flatMap(({ frame_bytes, link_bps }) =>
    link_bps ? [[frame_bytes, link_bps / ((frame_bytes + WIRE_OVERHEAD_BYTES) * 8)] as const] : [],
  )
  return points.length === 0 ? [] : [{ name: 'line rate', colour: 3, dashed: true, points }]
}
