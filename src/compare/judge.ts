/** From two lists of samples, one a run, to a verdict. */
import { fisher } from './fisher.js'
import type { Better, Gate } from './gates.js'
import { type Interval, pValue, ratio, shift } from './ranks.js'

export type MetricVerdict = 'regression' | 'improvement' | 'equivalent' | 'inconclusive'

export interface Change extends Interval {
  /** `ratio`: current / base; `difference`: current - base in the metric's unit, where a value is 0. */
  kind: 'ratio' | 'difference'
  /** Of the interval, such as 0.9. */
  confidence: number
}

export interface Judgement {
  verdict: MetricVerdict
  change: Change | null
  /** One-sided: that runs of one kind would differ so much. */
  p: number
}

export interface Rules {
  gate: Gate
  better: Better
  /** Only where the whole interval is beyond the threshold. */
  strict: boolean
  /** That chance alone makes a regression, at most. */
  alpha: number
}

/** The usual rules' alpha: intervals of 90 %, one-sided 5 %. */
export const ALPHA = 0.05

/** Below, an interval is as wide as the samples are apart, and nothing may depend on it. */
export const FEWEST_RUNS = 4

export function judge(base: readonly number[], current: readonly number[], rules: Rules): Judgement {
  const positive = [...base, ...current].every(value => value > 0)
  const found = (positive ? ratio : shift)(base, current, rules.alpha)
  const change = found && {
    kind: positive ? ('ratio' as const) : ('difference' as const),
    ...found,
    confidence: 1 - 2 * rules.alpha,
  }
  const p = pValue(base, current)
  if (!change || Math.min(base.length, current.length) < FEWEST_RUNS)
    return { verdict: 'inconclusive', change, p }
  const verdict = verdictOf(worsening(change, rules.better), rules, change.kind)
  return { verdict: atResolution(verdict, shift(base, current, rules.alpha)!, rules.gate.floor), change, p }
}

/** Below the floor nothing can be told from the measurement itself. */
function atResolution(verdict: MetricVerdict, size: Interval, floor: number): MetricVerdict {
  if (Math.max(-size.low, size.high) < floor) return 'equivalent'
  return Math.abs(size.estimate) < floor && verdict !== 'equivalent' ? 'inconclusive' : verdict
}

/** How much worse, with 0 for no change: positive is worse. */
function worsening({ kind, estimate, low, high }: Change, better: Better): Interval {
  const none = kind === 'ratio' ? 1 : 0
  return better === 'lower'
    ? { estimate: estimate - none, low: low - none, high: high - none }
    : { estimate: none - estimate, low: none - high, high: none - low }
}

function verdictOf(worse: Interval, { gate, strict }: Rules, kind: Change['kind']): MetricVerdict {
  // A ratio of what is 0 does not exist: any difference counts that is not below the floor.
  const theta = kind === 'ratio' ? gate.theta : gate.floor
  const beyond = ({ low, estimate }: Interval) => low > 0 && estimate >= theta && (!strict || low >= theta)
  if (beyond(worse)) return 'regression'
  if (beyond({ estimate: -worse.estimate, low: -worse.high, high: -worse.low })) return 'improvement'
  return worse.low >= -theta && worse.high <= theta ? 'equivalent' : 'inconclusive'
}

/** Of loss, where some runs have none: by how many runs have any (Fisher's exact test). */
export function judgeLoss(base: readonly number[], current: readonly number[], alpha: number): Judgement {
  const lossy = (runs: readonly number[]) => runs.filter(loss => loss > 0).length
  const [before, now] = [lossy(base), lossy(current)]
  const more = fisher(before, base.length, now, current.length)
  const less = fisher(now, current.length, before, base.length)
  const p = Math.min(more, less)
  const judged = (verdict: MetricVerdict): Judgement => ({ verdict, change: null, p })
  if (Math.min(base.length, current.length) < FEWEST_RUNS) return judged('inconclusive')
  if (more <= alpha) return judged('regression')
  if (less <= alpha) return judged('improvement')
  return judged(before + now === 0 ? 'equivalent' : 'inconclusive')
}
