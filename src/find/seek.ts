/**
 * One goal on its way through coarse targets to the final one: which load it wants measured next. Load selection after
 * FD.io CSIT's MLRsearch 1.2; any other would be as good by RFC 9971, and only slower.
 */
import { type Bounds, relevantBounds } from './classify.js'
import type { Goal } from './goal.js'
import type { Grid } from './grid.js'
import type { Trial } from './trial.js'

/** The goal with less patience: wider, and with shorter trials. Widths are in steps of the grid. */
export interface Target extends Pick<Goal, 'conditions' | 'exceedRatio' | 'finalS' | 'sumS'> {
  steps: number
}

export interface Seeker {
  goal: Goal
  /** From coarse to final. */
  targets: readonly Target[]
  at: number
  /** Bounds that were known when this target began. */
  initial: Bounds
  /** How far it goes where one bound is missing, and the step it went to last. */
  reach: number
  asked: number | null
}

export interface Nominee {
  step: number
  durationS: number
  /** Between the bounds, in steps. */
  width: number
  extends: boolean
}

/** Each target is twice as wide as the next; the sums of their trials rise from the first trial's length to the goal's. */
const COARSER = 2

export function targetsOf(goal: Goal, grid: Grid): Target[] {
  const final = grid.steps(goal.width)
  const initial = Math.min(goal.initialS, goal.sumS)
  return Array.from({ length: COARSER + 1 }, (_, i) => {
    const k = COARSER - i
    const sumS = k === COARSER ? initial : goal.sumS * (initial / goal.sumS) ** (k / COARSER)
    const { conditions, exceedRatio } = goal
    return { conditions, exceedRatio, steps: final * 2 ** k, finalS: Math.min(goal.finalS, sumS), sumS }
  })
}

type TrialsAt = ReadonlyMap<number, readonly Trial[]>

/** null: the goal has its bounds, or there are none. Moves on to finer targets by itself. */
export function nominate(seeker: Seeker, trialsAt: TrialsAt, last: number, reach: number): Nominee | null {
  for (;;) {
    const target = seeker.targets[seeker.at]!
    const bounds = relevantBounds(trialsAt, target)
    const found = candidate(seeker, target, bounds, last, reach)
    if (found) return found
    if (seeker.at === seeker.targets.length - 1) return null
    seeker.at++
    Object.assign(seeker, { initial: bounds, reach: seeker.targets[seeker.at]!.steps, asked: null })
  }
}

function candidate(
  seeker: Seeker,
  target: Target,
  { lower, upper }: Bounds,
  last: number,
  reach: number,
): Nominee | null {
  const width = lower !== null && upper !== null ? upper - lower : null
  if (width !== null && width <= target.steps) return null
  const isOpen = (step: number) => (lower === null || step > lower) && (upper === null || step < upper)
  const known = { durationS: target.finalS, width: width ?? last }
  const step = confirmed(seeker.initial, target).find(isOpen)
  if (step !== undefined) return { step, ...known, extends: false }
  if (width !== null) return { step: lower! + lowerPart(width, target.steps), ...known, extends: false }
  const beyond = extended(seeker, { lower, upper }, last, reach)
  if (beyond === null || !isOpen(beyond)) return null
  return { step: beyond, durationS: target.finalS, width: Math.max(seeker.reach, reach), extends: true }
}

/** What the coarser target believed: its middle, if one halving is all that is missing, else both ends. */
function confirmed({ lower, upper }: Bounds, { steps }: Target): number[] {
  const ends = [lower, upper].filter(step => step !== null)
  if (lower === null || upper === null) return ends
  const width = upper - lower
  return width > steps && width <= 2 * steps ? [lower + lowerPart(width, steps), ...ends] : ends
}

/** Of two parts, one is the width wanted, doubled some times, so that halving ends with it; the lower is the smaller. */
function lowerPart(width: number, steps: number): number {
  let part = steps
  while (Math.abs(width - 4 * part) <= Math.abs(width - 2 * part) && 2 * part < width) part *= 2
  return Math.min(part, width - part)
}

/** Where one bound is missing: beyond the other one, twice as far each time that this was in vain. */
function extended(seeker: Seeker, { lower, upper }: Bounds, last: number, reach: number): number | null {
  const from = lower ?? upper
  if (from === null) return null
  if (from === seeker.asked) seeker.reach *= 2
  const far = Math.max(seeker.reach, reach)
  seeker.asked = lower === null ? Math.max(0, from - far) : Math.min(last, from + far)
  return seeker.asked
}
