/** Ever more until something breaks: for what does not recover, or to see where a device begins to suffer. */
import { type Goal, isBad } from './goal.js'
import type { Limits, Search } from './trial.js'

/** Each load is higher than the one before by the width of the first goal; ends with the load at which no goal is met. */
export function* ramp(goals: readonly Goal[], { minPps, maxPps }: Limits): Search {
  const [{ width, finalS }] = goals as [Goal]
  for (let loadPps = minPps; ; loadPps = Math.min(maxPps, loadPps / (1 - width))) {
    const trial = yield { loadPps, durationS: finalS }
    if (loadPps >= maxPps || goals.every(goal => isBad(trial, goal))) return
  }
}
