/** `nmgen find`: read, combine, search each combination, report. */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { NmgenError } from '../errors.js'
import { Exit, type ExitCode } from '../exit.js'
import { searchFormats } from '../report/search/index.js'
import { searchJson } from '../report/search/json.js'
import { FIND_SCHEMA, type FindReport, type SearchReport } from '../report/search/report.js'
import { searchText } from '../report/search/text.js'
import { environment } from '../stats/environment.js'
import { profileResult } from '../stats/profile.js'
import { styleFor } from '../stats/style.js'
import { checkMetrics } from './expectations.js'
import { type Combination, combinationsOf } from './find-axes.js'
import { readWanted, type Wanted, withBlock } from './find-flags.js'
import { searchOne } from './find-search.js'
import { Store } from './find-store.js'
import { deviations, exitOf, verdictOf } from './find-verdict.js'
import { setOutcome } from './outcome.js'
import { print } from './print.js'
import { examine } from './profile.js'
import type { Argv } from './run-flags.js'
import { settingsText } from './run-matrix.js'
import { stopOnSignals } from './run-signals.js'

export async function findCommand(argv: Argv): Promise<void> {
  const { file, store: resumed, argv: all } = continued(argv)
  const { profile: read } = examine(file, { set: (all.set as readonly string[] | undefined) ?? [] })
  const wanted = readWanted(withBlock(all, read?.find), process.env)
  const combinations = combinationsOf(file, wanted)
  checkGoals(combinations, wanted)
  const profile = profileOf(combinations[0]!)
  const asked = { file, sha256: profile.sha256, argv: keepable(all) }
  const store = resumed ?? Store.create(profile.name, wanted.run.out, asked)
  if (resumed && resumed.asked().sha256 !== profile.sha256) throw changed(file)
  const isKept = resumed !== undefined || wanted.run.out !== null
  try {
    await search({ argv, wanted, combinations, profile, store, isKept })
  } finally {
    if (!isKept) store.remove()
  }
}

interface Asking {
  argv: Argv
  wanted: Wanted
  combinations: readonly Combination[]
  profile: FindReport['profile']
  store: Store
  isKept: boolean
}

async function search({ argv, wanted, combinations, profile, store, isKept }: Asking): Promise<void> {
  const quiet = argv.quiet === true || argv.json === true
  const searches = await searchAll(combinations, wanted, store, { quiet, offline: argv.offline === true })
  const report: FindReport = {
    schema: FIND_SCHEMA,
    verdict: verdictOf(searches),
    started_at: new Date().toISOString(),
    profile,
    method: wanted.method,
    preset: wanted.preset,
    goals: wanted.goals,
    deviations: deviations(wanted),
    searches,
    environment: environment(),
  }
  store.end(report, filesOf(report))
  setOutcome(exitOf(report))
  const style = styleFor(process.stdout, process.env)
  await print(
    argv.json === true
      ? searchJson(report)
      : searchText(report, { style, folder: isKept ? store.path : null }),
  )
}

/** With --resume, what was asked then, but for what is asked now. */
function continued(argv: Argv): { file: string; store?: Store; argv: Argv } {
  if (argv.resume === undefined) {
    if (argv.offline === true)
      throw usage('--offline says anew what a search has stored', 'name it: --resume FOLDER')
    if (argv.profile === undefined)
      throw usage('what shall be sent?', 'name a profile, or a search with --resume')
    return { file: String(argv.profile), argv }
  }
  if (argv.profile !== undefined)
    throw usage('--resume takes the profile of the search', 'leave the profile out')
  const store = Store.open(String(argv.resume))
  const asked = store.asked()
  const given = Object.fromEntries(Object.entries(argv).filter(([, value]) => value !== undefined))
  if (!existsSync(asked.file))
    throw usage(`the profile ${asked.file} is gone`, 'call nmgen from the folder from which the search began')
  return { file: asked.file, store, argv: { ...asked.argv, ...given } }
}

/** yargs adds its own entries, and both spellings of a name. */
function keepable(argv: Argv): Record<string, unknown> {
  const dropped = ['_', '$0', 'resume', 'offline', 'json', 'quiet', 'out', 'profile', 'color']
  return Object.fromEntries(
    Object.entries(argv).filter(([name, value]) => !dropped.includes(name) && value !== undefined),
  )
}

const usage = (message: string, hint: string): NmgenError =>
  new NmgenError('usage', message, Exit.usage, hint)

const changed = (file: string): NmgenError =>
  new NmgenError(
    'profile-changed',
    `${file} is no longer what the search began with`,
    Exit.invalid,
    'begin a new search: trials of two profiles cannot be judged together',
  )

function checkGoals(combinations: readonly Combination[], { goals, fixed }: Wanted): void {
  for (const { read } of combinations) {
    for (const { conditions } of goals) checkMetrics({ ...read.plan, expect: conditions })
    const unknown = fixed.find(name => !read.plan.streams.some(stream => stream.name === name))
    if (unknown !== undefined)
      throw usage(
        `--fixed: no stream is called ${unknown}`,
        `there are ${[...new Set(read.plan.streams.map(({ name }) => name))].join(', ')}`,
      )
  }
}

function profileOf({ read }: Combination): FindReport['profile'] {
  const { name, file, sha256, seed } = profileResult({ ...read, captures: [], overrides: {}, document: null })
  return { name, file, sha256, seed }
}

async function searchAll(
  combinations: readonly Combination[],
  wanted: Wanted,
  store: Store,
  { quiet, offline }: { quiet: boolean; offline: boolean },
): Promise<SearchReport[]> {
  const stopper = stopOnSignals(process, code => process.exit(code))
  let asked: 'interrupted' | 'terminated' | null = null
  stopper.attach({
    stop: reason => {
      asked = reason
    },
  })
  const say = (line: string) => void (quiet || process.stderr.write(`${line}\n`))
  const searches: SearchReport[] = []
  try {
    for (const [index, combination] of combinations.entries()) {
      if (asked !== null) break
      if (combinations.length > 1) say(settingsText(combination.settings))
      searches.push(await searchOne({ index, combination, wanted, store, offline, asked: () => asked, say }))
    }
  } finally {
    stopper.release()
  }
  return searches
}

const filesOf = (report: FindReport): Record<string, string> => {
  const at = { now: new Date(), host: hostname() }
  const named = { text: 'summary.txt', html: 'report.html' } as Record<string, string>
  return Object.fromEntries(
    searchFormats.flatMap(({ name, write }) =>
      named[name] ? [[named[name], write(report, at)] as const] : [],
    ),
  )
}

export type { ExitCode }
