/** What a search looks for: the highest load at which these conditions hold (RFC 9971 section 4.6, Search Goal). */
import type { Expectation } from '../profile/model.js'
import { evaluate } from '../stats/thresholds.js'
import type { Preset } from '../units/search.js'
import type { Trial } from './trial.js'

export interface Goal extends GoalTiming {
  name: string
  /** All of them must hold, else the trial is a bad one ("high-loss"). */
  conditions: readonly Expectation[]
}

export interface GoalTiming {
  /** Bad trials may take up to this part of the time. 0: not one. */
  exceedRatio: number
  /** How far apart the bounds may be at the end, as a part of the upper one. */
  width: number
  /** Trials begin at this length, and those of at least `finalS` count in full. */
  initialS: number
  finalS: number
  /** A load is judged when so many seconds of trials can no longer change what is known of it. */
  sumS: number
}

export const isBad = ({ values }: Pick<Trial, 'values'>, { conditions }: Pick<Goal, 'conditions'>): boolean =>
  evaluate(conditions, values).some(({ passed }) => !passed)

/**
 * The loss that a goal accepts: what the first guess divides by. A goal that does not speak of loss is taken to accept
 * half, which only decides where the search begins.
 */
export function acceptedLoss({ conditions }: Pick<Goal, 'conditions'>): number {
  const limits = conditions.flatMap(({ metric, value }) => (metric === 'loss_ratio' ? [value] : []))
  return Math.min(0.5, ...limits)
}

export const PRESETS = {
  /** FD.io CSIT: the typical behaviour of a second, not the worst of a minute. */
  csit: { exceedRatio: 0.5, width: 0.005, initialS: 1, finalS: 1, sumS: 21 },
  /** RFC 2544 section 26.1 in the words of RFC 9971: one trial of a minute, and not one lost frame. */
  rfc2544: { exceedRatio: 0, width: 0.005, initialS: 1, finalS: 60, sumS: 60 },
  /** ETSI GS NFV-TST 009, binary search with loss verification: one of two trials of a minute may be a bad one. */
  tst009: { exceedRatio: 0.5, width: 0.005, initialS: 1, finalS: 60, sumS: 120 },
  /** For a first look. */
  quick: { exceedRatio: 0.5, width: 0.01, initialS: 1, finalS: 1, sumS: 5 },
} as const satisfies Record<Preset, GoalTiming>

/** With trials of another length; a load is still judged by as many of them. */
export const withTrials = (timing: GoalTiming, finalS: number): GoalTiming => ({
  ...timing,
  initialS: Math.min(timing.initialS, finalS),
  finalS,
  sumS: (timing.sumS * finalS) / timing.finalS,
})
