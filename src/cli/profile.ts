import { existsSync, readFileSync } from 'node:fs'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Examined, examineText, type ReadOptions } from '../library/examine.js'
import { inFileOrder, unique } from '../profile/diagnostics.js'
import type { Loaded } from '../profile/load.js'
import type { Profile } from '../profile/model.js'
import type { Plan } from '../templates/plan.js'
import { userConfig } from './config.js'
import { printDiagnostics } from './print-diagnostics.js'

/** With the user's configuration, which is read anew: tests and long runs change it. */
function examined(text: string, file: string, options: ReadOptions): Examined {
  const config = userConfig()
  return examineText(text, file, { ...options, ...(config && { config }) })
}

/** Reads, checks and compiles a profile; says everything that is wrong with it and throws only if it cannot be read. */
export function examine(file: string, options: ReadOptions = {}): Examined {
  return examined(readText(file), file, options)
}

/** Every combination of the matrix; what is wrong in several of them is said once. */
export function examineAll(file: string, options: ReadOptions = {}): Examined {
  const text = readText(file)
  const first = examined(text, file, options)
  const others = Array.from({ length: first.combinations - 1 }, (_, i) =>
    examined(text, file, { ...options, pick: i + 1 }),
  )
  const diagnostics = unique([first, ...others].flatMap(one => one.diagnostics)).sort(inFileOrder)
  const bad = others.find(({ plan }) => !plan)
  return bad ? { ...bad, diagnostics } : { ...first, diagnostics }
}

export interface ReadPlan extends Pick<Loaded, 'combinations' | 'values'> {
  file: string
  text: string
  profile: Profile
  plan: Plan
}

/** For commands that need a good profile: prints what is wrong to standard error, and throws if that is an error. */
export function readPlan(file: string, options: ReadOptions = {}): ReadPlan {
  return orRefuse(examine(file, options))
}

/** The same for all combinations of the matrix: a run of many must not find the mistake in its last. */
export function readPlans(file: string, options: ReadOptions = {}): ReadPlan[] {
  const all = examineAll(file, options)
  const first = orRefuse(all)
  if (all.combinations === 1) return [first]
  return Array.from({ length: all.combinations }, (_, pick) => {
    const { profile, plan, ...rest } = examined(all.text, file, { ...options, pick })
    return { ...rest, profile: profile!, plan: plan! }
  })
}

function orRefuse({ file, text, profile, plan, diagnostics, combinations, values }: Examined): ReadPlan {
  printDiagnostics(diagnostics, text)
  if (profile && plan) return { file, text, profile, plan, combinations, values }
  const errors = diagnostics.filter(diagnostic => diagnostic.severity === 'error').length
  throw new NmgenError(
    'bad-profile',
    `${file} has ${errors} ${errors === 1 ? 'error' : 'errors'}`,
    Exit.profile,
  )
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new NmgenError('profile-not-found', `there is no file ${file}`, Exit.profile, nearbyFile(file), {
        cause,
      })
    const reason = code === 'EISDIR' ? 'it is a folder' : code === 'EACCES' ? 'permission denied' : message
    throw new NmgenError('profile-unreadable', `${file} cannot be read: ${reason}`, Exit.profile, undefined, {
      cause,
    })
  }
}

/** `udp-64b` for `profiles/udp-64b.yaml`. */
function nearbyFile(file: string): string {
  const found = [`${file}.yaml`, `profiles/${file}`, `profiles/${file}.yaml`].find(path => existsSync(path))
  return found ? `did you mean \`${found}\`?` : 'a profile is a YAML file, such as profiles/udp-64b.yaml'
}
