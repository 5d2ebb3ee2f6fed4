/** What a search has found, from its trials alone: so that it can be said again, or by other goals, without a device. */
import { type Class, classify, conditionalThroughput, relevantBounds } from './classify.js'
import { type Goal, isBad } from './goal.js'
import type { Limits, Trial } from './trial.js'

/** Why no interval of the asked width was found. */
export type Irregular =
  /** The highest load of the search is good: the device takes more. */
  | 'max-load'
  /** Not even the lowest load is good. */
  | 'no-load'
  /** It ended before the bounds were close enough. */
  | 'unfinished'

/** What stands between the load that was found and a higher one. */
export type FindLimit = 'device' | 'generator' | 'max-load' | null

export interface Finding {
  goal: string
  /** The highest load that is good, and the lowest that is not. */
  lowerPps: number | null
  upperPps: number | null
  /** The conditional throughput of RFC 9971: what the typical trial at the lower bound forwarded. */
  throughputPps: number | null
  irregular: Irregular | null
  limitedBy: FindLimit
}

/** Within this of what nmgen reaches without the device, or beyond it, the device was not the limit. */
const NEAR_REFERENCE = 0.95

export interface Known extends Limits {
  /** What the same profile reached without the device. */
  referencePps?: number
}

export function findingOf(goal: Goal, trials: readonly Trial[], known: Known): Finding {
  const trialsAt = byLoad(trials)
  const { lower, upper } = relevantBounds(trialsAt, goal)
  const at = (load: number) => trialsAt.get(load) ?? []
  const irregular = irregularity(goal, { lower, upper }, known)
  return {
    goal: goal.name,
    lowerPps: lower,
    upperPps: upper,
    throughputPps: lower === null ? null : conditionalThroughput(lower, at(lower), goal),
    irregular,
    limitedBy: limitOf(goal, lower, upper === null ? [] : at(upper), known),
  }
}

export function byLoad(trials: readonly Trial[]): Map<number, Trial[]> {
  const found = new Map<number, Trial[]>()
  for (const trial of trials) found.set(trial.loadPps, [...(found.get(trial.loadPps) ?? []), trial])
  return found
}

type Found = { lower: number | null; upper: number | null }

function irregularity(goal: Goal, { lower, upper }: Found, { minPps, maxPps }: Limits): Irregular | null {
  if (upper === null) return lower !== null && isAtLeast(lower, maxPps) ? 'max-load' : 'unfinished'
  if (lower === null) return isAtLeast(minPps, upper) ? 'no-load' : 'unfinished'
  return (upper - lower) / upper <= goal.width * (1 + 1e-6) ? null : 'unfinished'
}

/** Loads of a grid are rounded in their last digit. */
const isAtLeast = (load: number, limit: number): boolean => load >= limit * (1 - 1e-9)

function limitOf(
  goal: Goal,
  lower: number | null,
  above: readonly Trial[],
  { maxPps, referencePps }: Known,
): FindLimit {
  const bad = above.filter(trial => isBad(trial, goal))
  const missed = bad.filter(({ limitedByGenerator }) => limitedByGenerator)
  if (missed.length * 2 > bad.length) return 'generator'
  if (lower === null) return bad.length > 0 ? 'device' : null
  if (referencePps !== undefined && lower >= referencePps * NEAR_REFERENCE) return 'generator'
  if (above.length > 0) return 'device'
  return isAtLeast(lower, maxPps) ? 'max-load' : null
}

/** One line a load, for a table of what was tried. */
export interface LoadSummary {
  loadPps: number
  trials: number
  seconds: number
  /** Over all trials at this load, by their frames. */
  lossRatio: number
  classes: Readonly<Record<string, Class>>
}

export function loadsOf(goals: readonly Goal[], trials: readonly Trial[]): LoadSummary[] {
  return [...byLoad(trials)]
    .sort(([x], [y]) => x - y)
    .map(([loadPps, here]) => {
      const seconds = here.reduce((sum, { effectiveS }) => sum + effectiveS, 0)
      return {
        loadPps,
        trials: here.length,
        seconds,
        lossRatio: here.reduce((sum, { lossRatio, effectiveS }) => sum + lossRatio * effectiveS, 0) / seconds,
        classes: Object.fromEntries(goals.map(goal => [goal.name, classify(here, goal)])),
      }
    })
}
