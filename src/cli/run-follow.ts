/** Follows a run until it ends: ten looks a second where somebody watches, one a second for the files. */
import type { Run } from '../gen/engine-api.js'
import type { RunOutcome, Snapshot } from '../gen/snapshot.js'
import type { Sample } from '../report/report.js'
import { emptySnapshot, interval } from '../stats/sampler.js'
import type { Plan } from '../templates/plan.js'
import type { LiveState } from '../ui/live.js'
import type { View } from '../ui/terminal.js'

const LOOK_MS = 100
const SAMPLE_NS = 1e9
const HISTORY = 60

/** Whoever is told how a run goes on: files, a monitoring system, a page. */
export interface Watcher {
  /** Ten times a second, and at the end. */
  look?(now: Snapshot): void
  /** Once a second, and for the rest of the last one. */
  sample(sample: Sample): void
}

export interface Followed {
  plan: Plan
  view: View
  watchers: readonly Watcher[]
  /** What the view says beside the numbers, e.g. that stopping was asked for. */
  note(): string | null
}

export async function follow(run: Run, followed: Followed): Promise<RunOutcome> {
  const { view, watchers } = followed
  const looking = looker(run, followed)
  // A look at thousands of streams costs time that a sender may want, so nobody looks on behalf of nobody.
  const isWatched = view.mode !== 'none' || watchers.some(watcher => watcher.look)
  const timer = setInterval(looking.look, isWatched ? LOOK_MS : SAMPLE_NS / 1e6)
  try {
    const outcome = await run.done
    looking.finish(outcome.final)
    return outcome
  } finally {
    clearInterval(timer)
  }
}

function looker(run: Run, { plan, view, watchers, note }: Followed) {
  let sampled: Snapshot = emptySnapshot
  let recent: Snapshot[] = [emptySnapshot]
  const history: number[] = []
  const state = (before: Snapshot, now: Snapshot): LiveState => ({
    name: plan.name,
    durationS: plan.durationNs === null ? null : plan.durationNs / 1e9,
    interval: interval(plan, before, now),
    history,
    note: note(),
  })
  const sample = (now: Snapshot) => {
    const at = state(sampled, now)
    const whole = { interval: at.interval, ...run.histograms() }
    for (const watcher of watchers) watcher.sample(whole)
    history.push(at.interval.tx_pps)
    if (history.length > HISTORY) history.shift()
    sampled = now
    return at
  }
  const look = () => {
    const now = run.snapshot()
    for (const watcher of watchers) watcher.look?.(now)
    // Rates over the last second: ten frames a second of a tenth of a second each would only flicker.
    view.redraw(state(recent[0]!, now))
    recent = [...recent.slice(-9), now]
    // A timer that is a little early must not cost a whole look.
    if (now.elapsedNs - sampled.elapsedNs >= SAMPLE_NS - (LOOK_MS * 1e6) / 2) view.tick(sample(now))
  }
  // The rest of the last second, so that the files add up to the result.
  const finish = (final: Snapshot) => {
    for (const watcher of watchers) watcher.look?.(final)
    if (final.elapsedNs > sampled.elapsedNs) sample(final)
  }
  return { look, finish }
}
