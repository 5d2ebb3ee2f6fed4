/**
 * Multiple Loss Ratio search (RFC 9971): several goals in one search, with short trials far from the answer and long
 * ones near it. The classification of loads is the RFC's, the choice of loads is ours.
 */
import { acceptedLoss, type Goal } from './goal.js'
import { type Grid, gridFor } from './grid.js'
import { type Nominee, nominate, type Seeker, targetsOf } from './seek.js'
import { forwardedPps, type Limits, type Search, type Trial } from './trial.js'

export function* mlrsearch(goals: readonly Goal[], limits: Limits): Search {
  const grid = gridFor(limits, goals)
  const trialsAt = new Map<number, Trial[]>()
  const measure = function* (step: number, durationS: number): Generator<Ask, Trial, Trial> {
    const trial = yield { loadPps: grid.load(step), durationS }
    trialsAt.set(step, [...(trialsAt.get(step) ?? []), trial])
    return trial
  }
  const targets = goals.map(goal => targetsOf(goal, grid))
  const initial = yield* guess(goals, targets, grid, measure)
  const seekers = goals.map(
    (goal, i): Seeker => ({
      goal,
      targets: targets[i]!,
      at: 0,
      initial,
      reach: targets[i]![0]!.steps,
      asked: null,
    }),
  )
  // Two goals that both have to walk on shall not do so in turn, each with small steps.
  let reach = 0
  for (;;) {
    const nominees = seekers.flatMap(seeker => nominate(seeker, trialsAt, grid.last, reach) ?? [])
    if (nominees.length === 0) return
    const next = nominees.reduce(better)
    reach = next.extends ? next.width : 0
    yield* measure(next.step, next.durationS)
  }
}

type Ask = { loadPps: number; durationS: number }
type Measure = (step: number, durationS: number) => Generator<Ask, Trial, Trial>

/** The smallest load first: what is bad there is bad above. Then the longest trial, then the widest interval. */
function better(one: Nominee, other: Nominee): Nominee {
  const order = one.step - other.step || other.durationS - one.durationS || other.width - one.width
  return order <= 0 ? one : other
}

/** Two loads that are probably about right: what the device forwards of too much is about what it can forward. */
function* guess(
  goals: readonly Goal[],
  targets: readonly (readonly { steps: number; finalS: number }[])[],
  grid: Grid,
  measure: Measure,
) {
  const accepted = Math.min(...goals.map(acceptedLoss))
  const durationS = Math.max(...targets.map(([coarse]) => coarse!.finalS))
  const steps = Math.max(...targets.map(([coarse]) => coarse!.steps))
  const carried = (trial: Trial) => grid.stepAt(forwardedPps(trial) / (1 - accepted))
  const atMost = yield* measure(grid.last, durationS)
  const first = carried(atMost)
  if (first >= grid.last) return { lower: grid.last, upper: grid.last }
  const again = yield* measure(first, durationS)
  const lossy = again.lossRatio > accepted
  const second = lossy
    ? Math.max(0, Math.min(carried(again), first - steps))
    : Math.min(grid.last, first + steps)
  if (second !== first) yield* measure(second, durationS)
  return { lower: Math.min(first, second), upper: Math.max(first, second) }
}
