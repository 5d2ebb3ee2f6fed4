/** Devices on paper, for searches: what they can do is known, and how much they vary too. */

import { normal } from '../compare/random.testing.js'
import type { Expectation } from '../profile/model.js'
import { type Metrics, metricNames } from '../units/metrics.js'
import { type Goal, PRESETS } from './goal.js'
import { type Ask, framesOf, type Search, type Trial } from './trial.js'

const nothing = Object.fromEntries(metricNames.map(name => [name, null])) as Metrics

export const aTrial = (
  loadPps: number,
  durationS: number,
  lossRatio: number,
  change: Partial<Trial> & { metrics?: Partial<Metrics> } = {},
): Trial => ({
  loadPps,
  durationS,
  effectiveS: durationS,
  lossRatio,
  values: { metrics: { ...nothing, loss_ratio: lossRatio, ...change.metrics }, streams: {} },
  limitedByGenerator: false,
  ...change,
})

export const lossAtMost = (value: number): Expectation => ({
  text: `loss_ratio <= ${value}`,
  metric: 'loss_ratio',
  op: '<=',
  value,
  path: [],
})

export const aGoal = (name: string, loss: number, change: Partial<Goal> = {}): Goal => ({
  name,
  conditions: [lossAtMost(loss)],
  ...PRESETS.csit,
  ...change,
})

export type Device = (ask: Ask) => Trial

/** Forwards so much and no more; `noise` is the deviation of its capacity from trial to trial. */
export const noisy =
  (capacityPps: number, noise: number, next: () => number): Device =>
  ask => {
    const capacity = capacityPps * (1 + noise * normal(next))
    const frames = ask.frames ?? framesOf(ask)
    const lost = Math.max(0, Math.round(frames - capacity * ask.durationS))
    return aTrial(ask.loadPps, ask.durationS, lost / frames, ask)
  }

/** Every trial of a search; one that does not end is a bug. */
export function played(search: Search, device: Device, most = 5_000): Trial[] {
  const trials: Trial[] = []
  for (let step = search.next(); !step.done; step = search.next(trials.at(-1)!)) {
    if (trials.length >= most) throw new Error(`the search does not end: ${JSON.stringify(step.value)}`)
    trials.push(device(step.value))
  }
  return trials
}

export const secondsOf = (trials: readonly Trial[]): number =>
  trials.reduce((sum, { effectiveS }) => sum + effectiveS, 0)
