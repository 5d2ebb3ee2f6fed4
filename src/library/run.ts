import { type RunOptions, startRun } from '../gen/engine.js'
import type { Run } from '../gen/engine-api.js'
import type { Snapshot } from '../gen/snapshot.js'
import { profileDocument } from '../profile/write.js'
import { buildResult } from '../stats/build.js'
import { environment } from '../stats/environment.js'
import { profileResult } from '../stats/profile.js'
import type { Result } from '../stats/result.js'
import { emptySnapshot, type Interval, interval } from '../stats/sampler.js'
import { captureResults } from './captures.js'
import type { Program } from './compile.js'

/** What happens while a program runs, in order; `end` is the last. */
export type RunEvent =
  | { kind: 'interval'; interval: Interval }
  /** What was counted until then is in the result, whatever the verdict. */
  | { kind: 'end'; result: Result }

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
  const under = await startRun(program.plan, options)
  const result = resultOf(under, program, options)
  return {
    events: ({ everyMs = 1000 } = {}) => eventsOf(under, program, result, everyMs),
    snapshot: () => under.snapshot(),
    stop: () => under.stop('interrupted'),
    result,
  }
}

async function resultOf(under: Run, program: Program, { shard }: RunOptions): Promise<Result> {
  const { plan, profile, file, text } = program
  const captures = captureResults(profile, file)
  const outcome = await under.done
  const described = { profile, file, text, captures, overrides: {}, document: profileDocument(profile) }
  return buildResult({
    plan,
    outcome,
    shards: shard?.of ?? 1,
    profile: profileResult(described),
    environment: environment(),
  })
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
