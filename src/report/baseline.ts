/** Results that are committed, to be compared with: one folder a profile, the runs numbered. */
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { differencesBetween } from '../compare/fingerprint.js'
import { FEWEST_RUNS } from '../compare/judge.js'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Result } from '../stats/result.js'
import { resultJson } from './json.js'
import { byProfile, type StoredResult } from './read.js'
import { writing } from './writing.js'

export interface Baseline {
  folder: string
  runs: number
}

/** Replaces the runs of each profile, or, if anything is wrong with any of them, nothing. */
export function updateBaselines(dir: string, stored: readonly StoredResult[]): Baseline[] {
  const sets = byProfile(stored)
  for (const [name, runs] of sets) check(name, runs)
  return [...sets].map(([name, runs]) =>
    replace(
      join(dir, fileName(name)),
      runs.map(({ result }) => result),
    ),
  )
}

const fileName = (profile: string): string => profile.replace(/[^A-Za-z0-9._-]+/g, '-')

function check(name: string, runs: readonly StoredResult[]): void {
  const bad = runs.find(({ result: { verdict } }) => verdict !== 'pass' && verdict !== 'fail')
  if (bad) throw refused(`${bad.file} is ${bad.result.verdict}`, 'leave that run out, or make it again')
  if (runs.length < FEWEST_RUNS)
    throw refused(
      `${runs.length} runs of ${name} are too few to compare with`,
      `make ${FEWEST_RUNS} or more; ten are better`,
    )
  const results = runs.map(({ result }) => result)
  const [different] = differencesBetween(results, [], false)
  if (different)
    throw refused(
      `the runs of ${name} were not made alike: ${different.what} is ${different.base.join(' or ')}`,
      'keep runs of one kind',
    )
}

const refused = (message: string, hint: string): NmgenError =>
  new NmgenError('bad-baseline', message, Exit.invalid, hint)

/** Written beside it first, and the old runs leave last: a full disk leaves them as they were. */
function replace(folder: string, results: readonly Result[]): Baseline {
  const next = `${folder}.new`
  writing(folder, () => {
    rmSync(next, { recursive: true, force: true })
    mkdirSync(next, { recursive: true })
    const names = results.map((_, i) => `result.${String(i + 1).padStart(3, '0')}.json`)
    for (const [i, result] of results.entries()) writeFileSync(join(next, names[i]!), resultJson(result))
    mkdirSync(folder, { recursive: true })
    for (const name of names) renameSync(join(next, name), join(folder, name))
    for (const old of readdirSync(folder))
      if (/^result\.\d+\.json$/.test(old) && !names.includes(old)) rmSync(join(folder, old))
    rmSync(next, { recursive: true })
  })
  return { folder, runs: results.length }
}
