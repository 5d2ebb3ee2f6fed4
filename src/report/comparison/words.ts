/** The words and numbers that all formats of a comparison share. */
import type { MetricComparison } from '../../compare/compare.js'
import { inUnit } from '../../stats/format.js'
import { METRICS } from '../../units/metrics.js'

/** Three digits or so: `-6.10`, `+55.1`, `+4620`. */
function signed(ratio: number): string {
  const percent = Math.abs(ratio * 100)
  return `${ratio >= 0 ? '+' : '-'}${percent.toFixed(percent < 10 ? 2 : percent < 1000 ? 1 : 0)}`
}

/** `-6.10 % [-7.00, -5.20]`. */
export function changeText({ change, metric, base, current }: MetricComparison): string {
  if (change === null)
    return metric === 'loss_ratio' ? lossText(base.samples, current.samples) : 'too few runs'
  const { kind, estimate, low, high } = change
  if (kind === 'ratio') return `${signed(estimate - 1)} % [${signed(low - 1)}, ${signed(high - 1)}]`
  const write = (value: number) => `${value < 0 ? '-' : '+'}${inUnit(Math.abs(value), METRICS[metric])}`
  return `${write(estimate)} [${write(low)}, ${write(high)}]`
}

const lossy = (samples: readonly number[]): string =>
  `${samples.filter(loss => loss > 0).length} of ${samples.length}`

const lossText = (base: readonly number[], current: readonly number[]): string =>
  `lossy: ${lossy(base)}, now ${lossy(current)}`

export const medianText = ({ metric }: MetricComparison, side: { median: number }): string =>
  inUnit(side.median, METRICS[metric])

export const thetaText = ({ theta }: MetricComparison): string => `${Number((theta * 100).toPrecision(3))} %`

export function thresholdText(row: MetricComparison): string {
  if (!row.gated) return '-'
  return row.floor > 0 ? `${thetaText(row)}, ${inUnit(row.floor, METRICS[row.metric])}` : thetaText(row)
}

const BARS = '▁▂▃▄▅▆▇█'

/** Runs in their order, lowest to highest. */
export function sparkline(samples: readonly number[]): string {
  const low = Math.min(...samples)
  const span = Math.max(...samples) - low
  return samples.map(value => BARS[span === 0 ? 3 : Math.round(((value - low) / span) * 7)]).join('')
}

/** What decides stands first. */
export const inOrder = (metrics: readonly MetricComparison[]): MetricComparison[] => [
  ...metrics.filter(({ gated }) => gated),
  ...metrics.filter(({ gated }) => !gated),
]
