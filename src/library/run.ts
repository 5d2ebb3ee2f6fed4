import { type RunOptions, startRun } from '../gen/engine.js'
import type { Run } from '../gen/engine-api.js'
import type { RunOutcome, Snapshot } from '../gen/snapshot.js'
import { buildResult } from '../stats/build.js'
import { environment } from '../stats/environment.js'
import type { Calibration, ProfileResult, Result } from '../stats/result.js'
import { emptySnapshot, type Interval, interval } from '../stats/sampler.js'
import type { Plan } from '../templates/plan.js'
import type { Program } from './compile.js'
import { describer } from './describe.js'

/** What happens while a program runs, in order; `end` is the last. */
export type RunEvent =
  | { kind: 'interval'; interval: Interval }
  /** What was counted until then is in the result, whatever the verdict. */
  | { kind: 'end'; result: Result }

/** What a result is made of beside the outcome of its run. */
export interface Judging {
  described(): ProfileResult
  calibration?: Calibration | null
}

/** A run that sends, and how its outcome becomes a result. */
export interface Begun {
  under: Run
  judge(outcome: RunOutcome): Promise<Result>
}

/** What `run` and the command are made of. Rejects with NmgenError where the run cannot begin. */
export async function begin(plan: Plan, options: RunOptions, judging: Judging): Promise<Begun> {
  const under = await startRun(plan, options)
  const { described, calibration = null } = judging
  const judge = (outcome: RunOutcome) =>
    buildResult({
      plan,
      outcome,
      shards: options.shard?.of ?? 1,
      profile: described(),
      environment: environment(),
      calibration,
    })
  return { under, judge }
}

export interface Running {
  /** One interval every `everyMs`, then the end. Each call counts for itself, from its first event on. */
  events(options?: { everyMs?: number }): AsyncIterable<RunEvent>
  /** The counters now. */
  snapshot(): Snapshot
  /** Ends sending within 100 ms; the result says so. */
  stop(): void
  readonly result: Promise<Result>
}

/**
 * Sends. Rejects with NmgenError where the run cannot begin: nothing was sent then. The event loop must not be
 * blocked for seconds: the native loops take that for the death of the program, and end.
 */
export async function run(program: Program, options: RunOptions = {}): Promise<Running> {
  const described = describer(program)
  const { under, judge } = await begin(program.plan, options, { described })
  const result = under.done.then(judge)
  return {
    events: ({ everyMs = 1000 } = {}) => eventsOf(under, program, result, everyMs),
    snapshot: () => under.snapshot(),
    stop: () => under.stop('interrupted'),
    result,
  }
}

async function* eventsOf(
  under: Run,
  { plan }: Program,
  result: Promise<Result>,
  everyMs: number,
): AsyncGenerator<RunEvent, void> {
  let before: Snapshot = emptySnapshot
  const take = (): RunEvent => {
    const now = under.snapshot()
    const event = { kind: 'interval' as const, interval: interval(plan, before, now) }
    before = now
    return event
  }
  while (await goesOn(under, everyMs)) yield take()
  yield take()
  yield { kind: 'end', result: await result }
}

/** After a while: does it still run? */
async function goesOn(under: Run, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const pause = new Promise<true>(resolve => {
    timer = setTimeout(() => resolve(true), ms)
  })
  const going = await Promise.race([pause, under.done.then(() => false)])
  clearTimeout(timer)
  return going
}
