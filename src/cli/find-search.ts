/** One search: what it may load, the trials that its method asks for, and what they say. */

import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Varied, variedStreams } from '../find/at-load.js'
import { binary, decidedByOne } from '../find/binary.js'
import { type BurstOptions, burstFinding, bursts } from '../find/bursts.js'
import { findingOf, type Known, loadsOf } from '../find/findings.js'
import type { Goal } from '../find/goal.js'
import { lossCurve } from '../find/loss-curve.js'
import { together } from '../find/measured.js'
import { mlrsearch } from '../find/mlrsearch.js'
import { ramp } from '../find/ramp.js'
import { OVERLOAD, recoveryOf } from '../find/recovery.js'
import type { Search, Trial } from '../find/trial.js'
import type { LatencyFinding, RecoveryFinding, SearchReport } from '../report/search/report.js'
import { groupsOf } from '../templates/group.js'
import type { Plan } from '../templates/plan.js'
import { meanFrameBytes } from '../templates/rate.js'
import type { Combination } from './find-axes.js'
import type { Wanted } from './find-flags.js'
import { runHook } from './find-hooks.js'
import { learn } from './find-limits.js'
import type { Learnt, Store } from './find-store.js'
import { hookFailed, play, Stopped, Trials, type TrialsInput } from './find-trials.js'

export interface SearchInput extends Pick<TrialsInput, 'asked' | 'say'> {
  index: number
  combination: Combination
  wanted: Wanted
  store: Store
  /** Measure nothing: only what is stored counts. */
  offline: boolean
}

/** Bursts of more than two seconds are not tried (RFC 9004 section 5.2 has a limit, too). */
const LONGEST_BURST_S = 2
/** RFC 9004 section 5.4 and RFC 2544 section 26.2; section 26.5 leaves its number open. */
const REPEATS = { bursts: 50, latency: 20, recovery: 3 }
/** RFC 2544 section 26.2: a stream of two minutes, whose trials of a minute are the measure of all others. */
const LATENCY_TRIALS = 2

export async function searchOne(input: SearchInput): Promise<SearchReport> {
  const { wanted, combination, store, index } = input
  const { read, env } = combination
  const began = Date.now()
  const stored = store.lines(index)
  let learnt = stored.learnt
  const speeds = new Map(Object.entries(learnt?.linkBps ?? {}))
  const varied = received(variedStreams(read.plan, wanted.fixed, speeds))
  const deadlineMs = wanted.timeoutS === null ? Number.POSITIVE_INFINITY : began + wanted.timeoutS * 1000
  const trials = new Trials({ ...input, search: index, read, varied, env, deadlineMs })
  let end: Pick<SearchReport, 'ended' | 'error'> = { ended: 'complete' }
  try {
    trials.remember(stored.records.filter(({ part }) => part !== 'reference'))
    if (input.offline) await replay(trials, stored.records)
    else {
      await beforeSearch(wanted, env)
      learnt ??= await learn({ ...input, trials, varied, deadlineMs })
      await measure(wanted, learnt, trials, read.plan)
    }
  } catch (error) {
    end = endOf(error)
  }
  return reportOf({ input, varied, learnt, trials, end, seconds: (Date.now() - began) / 1000 })
}

function received(varied: readonly Varied[]): readonly Varied[] {
  if (varied.some(({ rx }) => rx !== null)) return varied
  const hint = 'name the port behind the device: --rx URI'
  throw new NmgenError('no-receiver', 'nobody receives what the search sends', Exit.usage, hint)
}

async function beforeSearch({ hooks }: Wanted, env: Combination['env']): Promise<void> {
  if (hooks.search === undefined) return
  const run = await runHook(hooks.search, env)
  if (run.exit !== 0) throw new Stopped('failed', hookFailed('before-search', run))
}

function endOf(error: unknown): Pick<SearchReport, 'ended' | 'error'> {
  if (error instanceof Stopped) return { ended: error.ended, ...(error.reason && { error: error.reason }) }
  if (!(error instanceof NmgenError)) throw error
  const { code, message, hint } = error
  return { ended: 'failed', error: { code, message, ...(hint !== undefined && { hint }) } }
}

/** Every stored trial, in its order. */
async function replay(
  trials: Trials,
  records: readonly { part: string; load_pps: number; duration_s: number; frames?: number }[],
) {
  for (const { part, load_pps, duration_s, frames } of records)
    if (part !== 'reference')
      await trials.make(part, {
        loadPps: load_pps,
        durationS: duration_s,
        ...(frames !== undefined && { frames }),
      })
}

async function measure(wanted: Wanted, learnt: Learnt, trials: Trials, plan: Plan): Promise<void> {
  const { method, goals } = wanted
  const run = (part: string, search: Search) => play(part, search, trials)
  if (method === 'bursts') return await run('back-to-back', bursts(goals[0]!, burstOptions(wanted, learnt)))
  if (method === 'ramp') return await run('throughput', ramp(goals, learnt))
  if (method === 'binary') return await run('throughput', binary(goals, learnt))
  await run('throughput', mlrsearch(goals, learnt))
  if (method !== 'rfc2544') return
  await run('loss', lossCurve(learnt, goals[0]!.finalS))
  const lowerPps = throughputOf(wanted, learnt, trials)
  if (lowerPps === null) return
  if (plan.streams.some(({ signature }) => signature !== null))
    for (let i = 0; i < (wanted.repeat ?? REPEATS.latency); i++)
      await trials.make('latency', { loadPps: lowerPps, durationS: goals[0]!.finalS * LATENCY_TRIALS })
  for (let i = 0; i < (wanted.repeat ?? REPEATS.recovery); i++)
    await trials.make('recovery', {
      loadPps: Math.min(lowerPps * OVERLOAD, learnt.maxPps),
      durationS: goals[0]!.finalS,
    })
  // RFC 9004 section 5.1: where the line rate itself goes through, a burst has no limit.
  if (lowerPps < learnt.maxPps) await run('back-to-back', bursts(goals[0]!, burstOptions(wanted, learnt)))
}

function burstOptions({ repeat, goals }: Wanted, { maxPps }: Learnt): BurstOptions {
  const maxFrames = Math.max(1, Math.round(maxPps * LONGEST_BURST_S))
  return {
    loadPps: maxPps,
    maxFrames,
    stepFrames: Math.max(1, Math.round(maxFrames * goals[0]!.width)),
    repeats: repeat ?? REPEATS.bursts,
  }
}

/** Methods that ask a load once can only be judged by that. */
const judgedAs = ({ method, goals }: Wanted): readonly Goal[] =>
  method === 'binary' || method === 'ramp' ? goals.map(decidedByOne) : goals

const trialsOf = ({ made }: Trials, ...parts: string[]): Trial[] =>
  made.flatMap(({ trial, record }) => (parts.includes(record.part) ? [trial] : []))

const knownOf = ({ minPps, maxPps, referencePps }: Learnt): Known => ({
  minPps,
  maxPps,
  ...(referencePps !== null && { referencePps }),
})

const throughputOf = (wanted: Wanted, learnt: Learnt, trials: Trials): number | null =>
  findingOf(judgedAs(wanted)[0]!, trialsOf(trials, 'throughput'), knownOf(learnt)).lowerPps

interface Searched {
  input: SearchInput
  varied: readonly Varied[]
  learnt: Learnt | null
  trials: Trials
  end: Pick<SearchReport, 'ended' | 'error'>
  seconds: number
}

function reportOf({ input, varied, learnt, trials, end, seconds }: Searched): SearchReport {
  const { wanted, combination } = input
  const goals = judgedAs(wanted)
  const known = learnt === null ? { minPps: 0, maxPps: 0 } : knownOf(learnt)
  const throughput = trialsOf(trials, 'throughput')
  const searched = wanted.method !== 'bursts' && learnt !== null
  const findings = searched ? goals.map(goal => findingOf(goal, throughput, known)) : []
  const burstTrials = trialsOf(trials, 'back-to-back')
  const at = (load: number | null) =>
    trials.made.filter(({ record }) => record.part === 'throughput' && record.load_pps === load)
  const directions = Object.fromEntries(
    findings.map(({ goal, lowerPps }) => [goal, at(lowerPps).at(-1)?.record.directions ?? []]),
  )
  const sums = Object.entries(directions).map(([goal, ways]) => [
    goal,
    ways.length < 2 ? null : together(ways),
  ])
  return {
    settings: combination.settings,
    ...end,
    min_pps: known.minPps,
    max_pps: known.maxPps,
    reference_pps: learnt?.referencePps ?? null,
    frame_bytes: frameBytes(combination.read.plan, varied),
    link_bps: Object.values(learnt?.linkBps ?? {})[0] ?? null,
    findings,
    directions,
    together: Object.fromEntries(sums),
    loads: loadsOf(goals, [...throughput, ...trialsOf(trials, 'loss')]),
    bursts:
      burstTrials.length === 0 || learnt === null
        ? null
        : burstFinding(goals[0]!, burstTrials, {
            ...burstOptions(wanted, learnt),
            throughputPps: findings[0]?.lowerPps ?? null,
          }),
    latency: latencyOf(trialsOf(trials, 'latency')),
    recovery: recoveriesOf(trialsOf(trials, 'recovery'), varied),
    trials: trials.made.map(({ record }) => record),
    seconds,
  }
}

function frameBytes(plan: Plan, varied: readonly Varied[]): number {
  const names = new Set(varied.map(({ name }) => name))
  const groups = groupsOf(plan.streams).filter(([{ name }]) => names.has(name))
  const weights = new Map(varied.map(({ name, weight }) => [name, weight]))
  const total = varied.reduce((sum, { weight }) => sum + weight, 0)
  return groups.reduce((sum, group) => sum + (meanFrameBytes(group) * weights.get(group[0].name)!) / total, 0)
}

function recoveriesOf(trials: readonly Trial[], varied: readonly Varied[]): RecoveryFinding | null {
  if (trials.length === 0) return null
  const found = trials.map(trial => recoveryOf(trial, varied, trial.values.streams))
  const times = found.flatMap(({ recoveryS }) => recoveryS ?? [])
  return {
    overloadPps: trials[0]!.loadPps,
    recovered: times.length,
    repeats: trials.length,
    averageS: times.length === 0 ? null : times.reduce((sum, time) => sum + time, 0) / times.length,
    slotS: found[0]!.slotS,
  }
}

function latencyOf(trials: readonly Trial[]): LatencyFinding | null {
  if (trials.length === 0) return null
  const median = (of: 'latency_p50_ns' | 'latency_p999_ns') => {
    const values = trials.flatMap(({ values }) => values.metrics[of] ?? []).sort((x, y) => x - y)
    const middle = values.length / 2
    return values.length === 0
      ? null
      : (values[Math.floor(middle)]! + values[Math.ceil(middle) - (values.length % 2)]!) / 2
  }
  return {
    loadPps: trials[0]!.loadPps,
    repeats: trials.length,
    typicalNs: median('latency_p50_ns'),
    worstNs: median('latency_p999_ns'),
  }
}
