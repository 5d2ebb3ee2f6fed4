/** Plain binary search, as RFC 2544 has been done for decades: one goal at a time, one trial a load decides. */
import { type Goal, isBad } from './goal.js'
import type { Limits, Search, Trial } from './trial.js'

/** Trials are as long as the goal's, and a load that another goal has measured is not measured again. */
export function* binary(goals: readonly Goal[], { minPps, maxPps }: Limits): Search {
  const known: Trial[] = []
  const measure = function* (loadPps: number, durationS: number) {
    const same = known.find(trial => trial.loadPps === loadPps && trial.durationS >= durationS)
    if (same) return same
    const trial: Trial = yield { loadPps, durationS }
    known.push(trial)
    return trial
  }
  for (const goal of goals) {
    const good = function* (loadPps: number) {
      return !isBad(yield* measure(loadPps, goal.finalS), goal)
    }
    let [lower, upper] = [minPps, maxPps]
    if ((yield* good(upper)) || !(yield* good(lower))) continue
    while ((upper - lower) / upper > goal.width) {
      const middle = (lower + upper) / 2
      if (yield* good(middle)) lower = middle
      else upper = middle
    }
  }
}

/** In the words of RFC 9971: one trial is all that is asked of a load. */
export const decidedByOne = (goal: Goal): Goal => ({
  ...goal,
  exceedRatio: 0,
  initialS: goal.finalS,
  sumS: goal.finalS,
})
