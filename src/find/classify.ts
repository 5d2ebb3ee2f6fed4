/** What trials say of a load, by RFC 9971: appendices A (load classification) and B (conditional throughput). */
import { type Goal, isBad } from './goal.js'
import type { Trial } from './trial.js'

export type Class = 'lower' | 'upper' | 'undecided'

type Judged = Pick<Trial, 'durationS' | 'effectiveS' | 'lossRatio' | 'values'>
type Judging = Pick<Goal, 'conditions' | 'exceedRatio' | 'finalS' | 'sumS'>

const seconds = (trials: readonly Judged[]): number =>
  trials.reduce((sum, { effectiveS }) => sum + effectiveS, 0)

/** Sums of decimal fractions: less than this is no difference. */
const TINY = 1e-9

const isFull = ({ durationS }: Judged, { finalS }: Judging): boolean => durationS >= finalS * (1 - TINY)

/** A load is decided as soon as the seconds that are missing from its sum cannot change it. */
export function classify(trials: readonly Judged[], goal: Judging): Class {
  const { exceedRatio: ratio } = goal
  const sum = { good: 0, bad: 0, shortGood: 0, shortBad: 0 }
  for (const trial of trials) {
    const bad = isBad(trial, goal)
    sum[isFull(trial, goal) ? (bad ? 'bad' : 'good') : bad ? 'shortBad' : 'shortGood'] += trial.effectiveS
  }
  // Short good trials make up for short bad ones, and never for more.
  const bad = sum.bad + Math.max(0, sum.shortBad - (sum.shortGood * ratio) / (1 - ratio))
  const { good } = sum
  const whole = Math.max(bad + good, goal.sumS)
  const limit = whole * ratio + TINY
  if (whole - good <= limit) return 'lower'
  return bad > limit ? 'upper' : 'undecided'
}

/** The forwarding rate of the typical full-length trial at this load: a quantile of their loss. */
export function conditionalThroughput(loadPps: number, trials: readonly Judged[], goal: Judging): number {
  const full = trials.filter(trial => isFull(trial, goal)).sort((x, y) => x.lossRatio - y.lossRatio)
  let remaining = Math.max(goal.sumS, seconds(full)) * (1 - goal.exceedRatio)
  let loss = 1
  for (const [i, trial] of full.entries()) {
    if (i > 0 && remaining <= TINY) break
    loss = trial.lossRatio
    remaining -= trial.effectiveS
  }
  return loadPps * (1 - (remaining > TINY ? 1 : loss))
}

export interface Bounds<Load = number> {
  lower: Load | null
  upper: Load | null
}

/**
 * The smallest upper bound, and the largest lower bound below it: where a load that was good lies above one that was bad
 * ("loss inversion"), the lower one counts.
 */
export function relevantBounds(trialsAt: ReadonlyMap<number, readonly Judged[]>, goal: Judging): Bounds {
  let [lower, upper] = [null as number | null, null as number | null]
  for (const load of [...trialsAt.keys()].sort((x, y) => x - y)) {
    const found = classify(trialsAt.get(load)!, goal)
    if (found === 'upper') {
      upper = load
      break
    }
    if (found === 'lower') lower = load
  }
  return { lower, upper }
}
