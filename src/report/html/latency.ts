import { nanoseconds } from '../../stats/format.js'
import type { Histogram } from '../stored/histograms.js'
import { ACROSS, type Axis, COLOURS, frame, type Line, lineChart, round, UP } from './chart.js'
import { linear, logarithmic } from './scale.js'

/** As HdrHistogram plots it: each step to the right is a tenth of the packets that were slower. */
export function percentileChart(
  histograms: readonly (readonly [name: string, histogram: Histogram])[],
): string {
  const known = histograms.filter(([, { totalCount }]) => totalCount > 0)
  if (known.length === 0) return ''
  const nines = Math.max(1, ...known.map(([, { totalCount }]) => Math.min(Math.log10(totalCount), 7)))
  const lines = known.map(
    ([name, histogram], i): Line => ({ name, colour: (i % COLOURS) + 1, points: curve(histogram, nines) }),
  )
  const values = lines.flatMap(({ points }) => points.map(([, y]) => y))
  const x: Axis = {
    scale: Object.assign(linear(0, nines, ACROSS), {
      ticks: Array.from({ length: Math.floor(nines) + 1 }, (_, i) => i),
    }),
    title: 'percentile',
    write: tick => `${tick === 0 ? 0 : 100 - 10 ** (2 - tick)} %`,
  }
  return lineChart('Latency by percentile', x, latencyAxis(values), lines)
}

function curve(histogram: Histogram, nines: number): [number, number][] {
  const steps = Math.ceil(nines * 20)
  return Array.from({ length: steps + 1 }, (_, i) => {
    const x = (i / steps) * nines
    return [x, Math.max(histogram.getValueAtPercentile(100 * (1 - 10 ** -x)), 1)]
  })
}

const latencyAxis = (values: readonly number[]): Axis => ({
  scale: logarithmic(Math.max(Math.min(...values), 1), Math.max(...values, 2), UP),
  title: 'latency',
  write: nanoseconds,
})

export interface Slice {
  /** Seconds since the start of the run. */
  from: number
  to: number
  histogram: Histogram
}

/** Rows of the map: a tenth of a power of ten. */
const PER_DECADE = 10

/** When which latency was how frequent: a stall is a column, a slow path a row. */
export function heatMap(slices: readonly Slice[]): string {
  const filled = slices.filter(({ histogram }) => histogram.totalCount > 0)
  if (filled.length < 2) return ''
  const low = Math.max(1, Math.min(...filled.map(({ histogram }) => histogram.minNonZeroValue)))
  const y = latencyAxis([low, Math.max(...filled.map(({ histogram }) => histogram.maxValue))])
  const x: Axis = {
    scale: linear(
      Math.min(...slices.map(({ from }) => from)),
      Math.max(...slices.map(({ to }) => to)),
      ACROSS,
    ),
    title: 'seconds',
    write: value => String(Number(value.toPrecision(6))),
  }
  const cells = filled.flatMap(slice => column(slice, x, y))
  const title = 'Latency over time'
  return `<figure>${frame(title, 'darker is more frequent', x, y, cells.join(''))}<figcaption>${title}: the darker, the more packets of that interval</figcaption></figure>`
}

function column({ from, to, histogram }: Slice, x: Axis, y: Axis): string[] {
  const rows = new Map<number, number>()
  for (const { value, count } of bucketsOf(histogram)) {
    const row = Math.floor(Math.log10(Math.max(value, 1)) * PER_DECADE)
    rows.set(row, (rows.get(row) ?? 0) + count)
  }
  const [left, right] = [round(x.scale(from)), round(x.scale(to))]
  return [...rows].map(([row, count]) => {
    const [top, bottom] = [row + 1, row].map(edge => round(y.scale(10 ** (edge / PER_DECADE)))) as [
      number,
      number,
    ]
    // By its logarithm: one packet of a million is to be seen.
    const shade = 0.12 + 0.88 * (Math.log(1 + count) / Math.log(1 + histogram.totalCount))
    return `<rect class="heat" x="${left}" y="${top}" width="${round(Math.max(right - left, 0.5))}" height="${round(bottom - top)}" opacity="${shade.toFixed(2)}"/>`
  })
}

function bucketsOf(histogram: Histogram): { value: number; count: number }[] {
  const found: { value: number; count: number }[] = []
  for (let i = 0; i < histogram.countsArrayLength; i++) {
    const count = histogram.getCountAtIndex(i)
    if (count > 0) found.push({ value: histogram.valueFromIndex(i), count })
  }
  return found
}
