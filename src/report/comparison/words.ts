/** The words and numbers that all formats of a comparison share. */
import type { MetricComparison } from '../../compare/compare.js'
import { inUnit } from '../../stats/format.js'
import { METRICS } from '../../stats/metrics.js'

const signed = (ratio: number): string => `${ratio >= 0 ? '+' : '-'}${Math.abs(ratio * 100).toFixed(2)} %`

/** `-6.10 % [-7.00 %, -5.20 %]`. */
export function changeText({ change, metric, base, current }: MetricComparison): string {
  if (change === null)
    return metric === 'loss_ratio' ? lossText(base.samples, current.samples) : 'too few runs'
  const { kind, estimate, low, high } = change
  const write = (value: number) =>
    kind === 'ratio'
      ? signed(value - 1)
      : `${value < 0 ? '-' : '+'}${inUnit(Math.abs(value), METRICS[metric])}`
  return `${write(estimate)} [${write(low)}, ${write(high)}]`
}

const lossy = (samples: readonly number[]): string =>
  `${samples.filter(loss => loss > 0).length} of ${samples.length}`

const lossText = (base: readonly number[], current: readonly number[]): string =>
  `runs with loss: ${lossy(base)}, now ${lossy(current)}`

export const medianText = ({ metric }: MetricComparison, side: { median: number }): string =>
  inUnit(side.median, METRICS[metric])

export function thresholdText({ gated, theta, floor, metric }: MetricComparison): string {
  if (!gated) return '-'
  const least = floor > 0 ? `, ${inUnit(floor, METRICS[metric])}` : ''
  return `${Number((theta * 100).toPrecision(3))} %${least}`
}

const BARS = '▁▂▃▄▅▆▇█'

/** Runs in their order, lowest to highest. */
export function sparkline(samples: readonly number[]): string {
  const low = Math.min(...samples)
  const span = Math.max(...samples) - low
  return samples.map(value => BARS[span === 0 ? 3 : Math.round(((value - low) / span) * 7)]).join('')
}
