/** The loads that a search may choose: whole steps of one ratio, so that no bound is a rounding error away from another. */
import type { Goal } from './goal.js'
import type { Limits } from './trial.js'

export interface Grid {
  /** The highest step; the lowest is 0. */
  last: number
  load(step: number): number
  /** The highest step whose load is not above. */
  stepAt(loadPps: number): number
  /** In how many steps a width is kept. */
  steps(width: number): number
}

/** A width is a ratio of two loads, and so a difference of their logarithms. */
const logWidth = (width: number): number => -Math.log1p(-width)

/**
 * Widths are whole numbers of steps, never more than was asked for and no more than a hundredth less: with the smallest
 * number of steps that does this for all goals.
 */
export function gridFor({ minPps, maxPps }: Limits, goals: readonly Pick<Goal, 'width'>[]): Grid {
  const range = Math.log(maxPps / minPps)
  const widths = goals.map(({ width }) => logWidth(width))
  const stepsOf = (width: number, last: number) => Math.floor((width * 0.999999 * last) / range)
  const fits = (last: number) =>
    widths.every(width => (stepsOf(width, last) * range) / last >= Math.min(width, range) * 0.99)
  let last = Math.max(1, Math.ceil(range / Math.max(...widths)))
  while (!fits(last) && range > 0) last++
  return {
    last,
    // The ends exactly: what the user gave is what is sent.
    load: step => (step === last ? maxPps : step === 0 ? minPps : minPps * Math.exp((range * step) / last)),
    stepAt: load => {
      if (!(load > minPps) || range === 0) return 0
      return Math.min(last, Math.floor((Math.log(load / minPps) / range) * last + 1e-9))
    },
    steps: width => Math.max(1, stepsOf(logWidth(width), last)),
  }
}
