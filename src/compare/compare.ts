/** Two sets of results of one profile → what changed: plain data, schema `nmgen.compare/1`. */

import type { Result } from '../stats/result.js'
import { isMetric, type MetricName, metricNames } from '../units/metrics.js'
import { disturbance } from './disturbed.js'
import { type Difference, differencesBetween } from './fingerprint.js'
import { type Better, better, type Gate, gateFor, samplesFor, usualGates } from './gates.js'
import { ALPHA, type Change, FEWEST_RUNS, judge, judgeLoss, type MetricVerdict } from './judge.js'
import { median, variation } from './ranks.js'

export interface Side {
  median: number
  /** Of the runs, standard deviation over mean. */
  variation: number
  /** One a run, in the order in which they ran. */
  samples: readonly number[]
}

export interface MetricComparison {
  metric: MetricName
  better: Better
  /** Decides; the others are shown. */
  gated: boolean
  theta: number
  floor: number
  base: Side
  current: Side
  change: Change | null
  p: number
  verdict: MetricVerdict
  /** Why it is inconclusive, where that is not the spread of the samples. */
  reason?: string
}

export type ProfileVerdict = MetricVerdict | 'invalid'

export interface Comparison {
  profile: string
  file: string
  verdict: ProfileVerdict
  /** Why nothing can be said (verdict `invalid`). */
  reasons: readonly string[]
  differences: readonly Difference[]
  /** Runs that did not count, and why. */
  dropped: readonly string[]
  /** That counted. */
  base_runs: number
  current_runs: number
  metrics: readonly MetricComparison[]
}

export interface Options {
  /** null: the usual ones. */
  gates: readonly Gate[] | null
  strict: boolean
  allowOtherEnvironment: boolean
  /** Both sides ran in turn, so that drift of the machine is the same for both. */
  interleaved: boolean
  /** Runs count in which others used the CPUs of queues, too (disturbed.ts). */
  keepDisturbed?: boolean
  /** One-sided; half of it where the samples are looked at a second time. */
  alpha?: number
}

export function compare(
  allBase: readonly Result[],
  allCurrent: readonly Result[],
  options: Options,
): Comparison {
  const all = [...allBase, ...allCurrent]
  const counts = (run: Result) => options.keepDisturbed === true || disturbance(run) === null
  const [base, current] = [allBase.filter(counts), allCurrent.filter(counts)]
  const differences = differencesBetween(base, current, options.interleaved)
  const reasons = [...faults(base, 'base'), ...faults(current, 'current')]
  if (differences.length > 0 && !options.allowOtherEnvironment)
    reasons.push(`they were not made alike: ${differences.map(({ what }) => what).join(', ')}`)
  const metrics = base.length * current.length === 0 ? [] : metricsOf(base, current, options)
  for (const { metric } of options.gates ?? [])
    if (!metrics.some(row => row.metric === metric)) reasons.push(`not all runs measured ${metric}`)
  return {
    profile: all[0]!.profile.name,
    file: all[0]!.profile.file,
    verdict: reasons.length > 0 ? 'invalid' : worst(metrics.filter(({ gated }) => gated)),
    reasons,
    differences,
    dropped: [...droppedOf(allBase, base, 'base'), ...droppedOf(allCurrent, current, 'current')],
    base_runs: base.length,
    current_runs: current.length,
    metrics,
  }
}

function droppedOf(all: readonly Result[], kept: readonly Result[], side: string): string[] {
  const dropped = all.filter(run => !kept.includes(run))
  return dropped.map(run => `a run of ${side} (${run.started_at}) does not count: ${disturbance(run)}`)
}

// A run that failed an expectation was measured all the same.
function faults(runs: readonly Result[], side: string): string[] {
  const bad = runs.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'fail')
  const kinds = [...new Set(bad.map(({ verdict }) => verdict))].join(', ')
  const unusable = bad.length === 0 ? [] : [`${bad.length} of ${runs.length} runs of ${side} are ${kinds}`]
  if (runs.length >= FEWEST_RUNS) return unusable
  return [...unusable, `${side} has ${runs.length} of the ${FEWEST_RUNS} runs that a comparison needs`]
}

function metricsOf(
  base: readonly Result[],
  current: readonly Result[],
  { gates: chosen, strict, alpha = ALPHA }: Options,
): MetricComparison[] {
  const all = [...base, ...current]
  const measured = metricNames.filter(name => better[name] && all.every(run => run.metrics[name] !== null))
  const gates = chosen ?? usualGates(new Set(measured))
  const rows = (level: (metric: MetricName) => number) =>
    measured.map(metric => {
      const gate = gates.find(gate => gate.metric === metric)
      const rules = { gate: gate ?? gateFor(metric), strict, alpha: level(metric) }
      return compareMetric(metric, gate !== undefined, [base, current], rules)
    })
  const plain = rows(() => alpha)
  if (gates.length <= MANY) return plain
  const levels = holm(
    plain.filter(({ gated }) => gated),
    alpha,
  )
  return rows(metric => levels.get(metric) ?? alpha)
}

/** More gates than these give chance too many opportunities. */
const MANY = 3

/** The level at which each is tested (Holm, Scand. J. Stat. 6, 1979): the least likely one by the strictest. */
function holm(rows: readonly MetricComparison[], alpha: number): Map<MetricName, number> {
  const order = [...rows].sort((x, y) => x.p - y.p)
  return new Map(order.map(({ metric }, i) => [metric, alpha / (order.length - i)]))
}

function compareMetric(
  metric: MetricName,
  gated: boolean,
  [before, after]: readonly [readonly Result[], readonly Result[]],
  { gate, strict, alpha }: { gate: Gate; strict: boolean; alpha: number },
): MetricComparison {
  const direction = better[metric]!
  const [base, current] = [before, after].map(runs => sideOf(runs.map(run => run.metrics[metric]!))) as [
    Side,
    Side,
  ]
  const judged =
    metric === 'loss_ratio' && [...base.samples, ...current.samples].some(loss => loss === 0)
      ? judgeLoss(base.samples, current.samples, alpha)
      : judge(base.samples, current.samples, { gate, better: direction, strict, alpha })
  const reason = tooFew(metric, [...before, ...after])
  const verdict = reason === undefined ? judged.verdict : 'inconclusive'
  const { theta, floor } = gate
  return {
    metric,
    better: direction,
    gated,
    theta,
    floor,
    base,
    current,
    ...judged,
    verdict,
    ...(reason && { reason }),
  }
}

const sideOf = (samples: readonly number[]): Side => ({
  median: median([...samples].sort((x, y) => x - y)),
  variation: variation(samples),
  samples,
})

function tooFew(metric: MetricName, runs: readonly Result[]): string | undefined {
  const needed = samplesFor[metric]
  if (needed === undefined) return undefined
  const least = Math.min(...runs.map(run => run.metrics.latency_count ?? 0))
  return least >= needed ? undefined : `a run has ${least} samples; this percentile needs ${needed}`
}

const ORDER = ['invalid', 'regression', 'inconclusive', 'improvement', 'equivalent'] as const

/** The one that decides about all. */
export function worst(parts: readonly { verdict: ProfileVerdict }[]): ProfileVerdict {
  return ORDER.find(verdict => parts.some(part => part.verdict === verdict)) ?? 'inconclusive'
}

/** `rx_pps=2%`, `latency_p99_ns`: null where there is no such metric, or it is not compared. */
export function isComparable(name: string): name is MetricName {
  return isMetric(name) && better[name] !== undefined
}
