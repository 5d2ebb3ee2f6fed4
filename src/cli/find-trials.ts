/** The trials of one search: each a whole run in a folder of its own, with the user's hooks before and after it. */
import { join } from 'node:path'
import { type AtLoad, atLine, atLoad, type Varied } from '../find/at-load.js'
import { directionsOf, isSilent, trialOf } from '../find/measured.js'
import { Pool } from '../find/pool.js'
import { atRecovery } from '../find/recovery.js'
import { type Ask, forwardedPps, type Search, type Trial } from '../find/trial.js'
import { compileProfile } from '../library/examine.js'
import type { Profile } from '../profile/model.js'
import { readResult } from '../report/read.js'
import type { Ended, SearchReport, TrialRecord } from '../report/search/report.js'
import type { Result } from '../stats/result.js'
import type { Wanted } from './find-flags.js'
import { runHook } from './find-hooks.js'
import type { Store } from './find-store.js'
import type { ReadPlan } from './profile.js'
import { runOne } from './run-command.js'

/** The search is over before it knows what it wanted to know. */
export class Stopped extends Error {
  constructor(
    readonly ended: Ended,
    readonly reason?: NonNullable<SearchReport['error']>,
  ) {
    super(ended)
  }
}

/** A trial, and what is kept of it. */
export interface Kept {
  trial: Trial
  record: TrialRecord
}

export interface TrialsInput {
  search: number
  read: ReadPlan
  varied: readonly Varied[]
  wanted: Wanted
  store: Store
  env: Readonly<Record<string, string>>
  /** Why to stop; null: go on. */
  asked(): 'interrupted' | 'terminated' | null
  say(line: string): void
  deadlineMs: number
}

type Pooled = Trial & { kept: Kept }

export class Trials {
  readonly made: Kept[] = []
  readonly #pools = new Map<string, Pool<Pooled>>()

  constructor(private readonly input: TrialsInput) {}

  /** Trials of an earlier call, which the search need not ask a device for again. */
  remember(records: readonly TrialRecord[]): void {
    const kept = records.map(record => this.#read(record))
    for (const part of new Set(records.map(record => record.part))) {
      const own = kept.filter(one => one.record.part === part)
      this.#pools.set(part, new Pool(own.map(one => ({ ...one.trial, kept: one }))))
    }
  }

  #read(record: TrialRecord): Kept {
    const { varied, read, store } = this.input
    const ask: Ask = {
      loadPps: record.load_pps,
      durationS: record.duration_s,
      ...(record.frames !== undefined && { frames: record.frames }),
    }
    const result = readResult(join(store.path, record.folder, 'result.json'))
    return {
      record,
      trial: trialOf(ask, this.#planned(sentIn(record.part)(read.profile, varied, ask)), result),
    }
  }

  #planned({ frames }: AtLoad) {
    const { varied, read } = this.input
    return { varied, frames, tolerance: read.profile.pacing.tolerance }
  }

  /** As fast as it goes, and kept in no report. */
  async atLine(durationS: number): Promise<Result> {
    const { read, varied } = this.input
    return (await this.#run(atLine(read.profile, varied, durationS))).result
  }

  async make(part: string, ask: Ask): Promise<Trial> {
    const known = this.#pools.get(part)?.take(ask)
    if (known) return this.#keep(known.kept)
    const kept = await this.#measure(part, ask)
    if (!isSilent(kept.trial) || part === 'reference') return this.#keep(kept, true)
    const probe = await this.#probe()
    if (probe && isSilent(probe.trial)) {
      this.#keep({ ...kept, record: { ...kept.record, part: 'silent' } }, true)
      throw new Stopped('device-died')
    }
    return this.#keep(kept, true)
  }

  /** Nothing came back: does the device still forward the least that it has forwarded? */
  async #probe(): Promise<Kept | null> {
    const alive = this.made.filter(({ trial }) => !isSilent(trial) && forwardedPps(trial) > 0)
    if (alive.length === 0) return null
    const least = alive.reduce((one, other) => (other.trial.loadPps < one.trial.loadPps ? other : one))
    const { loadPps, durationS } = least.trial
    return { ...(await this.#measure('probe', { loadPps, durationS })) }
  }

  #keep(kept: Kept, isNew = false): Trial {
    const { search, store, say } = this.input
    this.made.push(kept)
    if (isNew) store.append({ search, record: kept.record })
    say(lineOf(kept, !isNew))
    return kept.trial
  }

  async #measure(part: string, ask: Ask): Promise<Kept> {
    const { wanted, env, varied, read } = this.input
    this.#check()
    const variables = {
      ...env,
      NMGEN_PART: part,
      NMGEN_LOAD_PPS: String(ask.loadPps),
      NMGEN_DURATION_S: String(ask.durationS),
    }
    const before =
      wanted.hooks.before === undefined ? undefined : await runHook(wanted.hooks.before, variables)
    if (before && before.exit !== 0) throw new Stopped('failed', hookFailed('before-trial', before))
    const at: AtLoad = sentIn(part)(read.profile, varied, ask)
    const { result, folder } = await this.#run(at.profile)
    const trial = trialOf(ask, this.#planned(at), result)
    const after =
      wanted.hooks.after === undefined
        ? undefined
        : await runHook(wanted.hooks.after, {
            ...variables,
            NMGEN_RESULT: join(this.input.store.path, folder),
          })
    await this.#pause(wanted.pauseS)
    const hooks = { ...(before && { before }), ...(after && { after }) }
    return {
      trial,
      record: recordOf(trial, {
        part,
        folder,
        hooks,
        trial: Number(folder.slice(-4)),
        directions: directionsOf(varied, result.streams),
      }),
    }
  }

  async #run(profile: Profile): Promise<{ result: Result; folder: string }> {
    const { read, wanted, store } = this.input
    const folder = store.trialFolder()
    const { plan } = compileProfile(profile, read.file)
    if (!plan) throw new Error('a profile that was good is not so at another load')
    const { result, files } = await runOne(
      { ...read, profile, plan },
      { ...wanted.run, out: join(store.path, folder) },
    )
    files?.end(result)
    if (result.verdict === 'broken')
      throw new Stopped('broken', result.error ?? { code: 'broken', message: 'a trial broke' })
    if (result.verdict === 'interrupted')
      throw new Stopped(result.stopped === 'terminated' ? 'terminated' : 'interrupted')
    return { result, folder }
  }

  #check(): void {
    const asked = this.input.asked()
    if (asked) throw new Stopped(asked)
    if (Date.now() > this.input.deadlineMs) throw new Stopped('timeout')
  }

  async #pause(seconds: number): Promise<void> {
    const end = Date.now() + seconds * 1000
    while (Date.now() < end && this.input.asked() === null)
      await new Promise(done => setTimeout(done, Math.min(50, end - Date.now())))
  }
}

/** What a trial of this part sends. */
const sentIn = (part: string) => (part === 'recovery' ? atRecovery : atLoad)

/** The whole of a search, or of a part of it. */
export async function play(part: string, search: Search, trials: Trials): Promise<void> {
  for (let step = search.next(); !step.done; ) step = search.next(await trials.make(part, step.value))
}

export const hookFailed = (
  hook: string,
  { command, exit, output }: { command: string; exit: number | null; output: string },
) => ({
  code: 'hook-failed',
  message: `--${hook} \`${command}\` ended with ${exit === null ? 'a signal' : `exit ${exit}`}: ${output.trim().slice(-400)}`,
  hint: 'run it by hand; what it is given is in docs/guide/find.md',
})

type Rest = Pick<TrialRecord, 'part' | 'folder' | 'hooks' | 'trial' | 'directions'>

const recordOf = (trial: Trial, { part, folder, hooks, trial: number, directions }: Rest): TrialRecord => ({
  trial: number,
  part,
  load_pps: trial.loadPps,
  duration_s: trial.durationS,
  ...(trial.frames !== undefined && { frames: trial.frames }),
  effective_s: trial.effectiveS,
  loss_ratio: trial.lossRatio,
  limited_by_generator: trial.limitedByGenerator,
  directions,
  folder,
  hooks,
})

function lineOf({ trial, record }: Kept, stored: boolean): string {
  const what = trial.frames === undefined ? `${trial.durationS.toFixed(2)} s` : `${trial.frames} frames`
  const notes = [stored ? 'stored' : '', trial.limitedByGenerator ? 'load not reached' : ''].filter(
    note => note !== '',
  )
  const load = `${Math.round(trial.loadPps).toLocaleString('en-US')} pps`
  return `${record.part} ${String(record.trial).padStart(4)}  ${load.padStart(16)}  ${what.padStart(9)}  lost ${(trial.lossRatio * 100).toFixed(3)} %${notes.length > 0 ? `  (${notes.join(', ')})` : ''}`
}
