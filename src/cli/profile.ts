import { existsSync, readFileSync } from 'node:fs'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Diagnostic, inFileOrder, renderDiagnostics } from '../profile/diagnostics.js'
import { type Loaded, loadProfile } from '../profile/load.js'
import type { Profile } from '../profile/model.js'
import { compile } from '../templates/compile.js'
import type { Plan } from '../templates/plan.js'
import { wantsColor } from './color.js'

export interface ReadOptions {
  /** `--set` arguments. */
  set?: readonly string[]
  /** What flags change, between reading and compiling. */
  override?: (profile: Profile) => Profile
}

export interface Examined extends Pick<Loaded, 'origin'> {
  file: string
  text: string
  /** Both are present where no diagnostic is an error. */
  profile?: Profile
  plan?: Plan
  diagnostics: Diagnostic[]
}

/** Reads, checks and compiles a profile; says everything that is wrong with it and throws only if it cannot be read. */
export function examine(file: string, { set, override = profile => profile }: ReadOptions = {}): Examined {
  const text = readText(file)
  const loaded = loadProfile(text, { file, ...(set && { set }) })
  const { diagnostics, locate, origin } = loaded
  if (!loaded.profile) return { file, text, diagnostics, origin }
  const profile = override(loaded.profile)
  const compiled = compile(profile)
  const found = compiled.diagnostics.map((one): Diagnostic => ({ ...one, file, ...locate(one.path) }))
  const all = [...diagnostics, ...found].sort(inFileOrder)
  const failed = all.some(diagnostic => diagnostic.severity === 'error')
  return {
    file,
    text,
    diagnostics: all,
    origin,
    ...(compiled.plan && !failed && { profile, plan: compiled.plan }),
  }
}

export interface ReadPlan {
  file: string
  text: string
  profile: Profile
  plan: Plan
}

/** For commands that need a good profile: prints what is wrong to standard error, and throws if that is an error. */
export function readPlan(file: string, options: ReadOptions = {}): ReadPlan {
  const { text, profile, plan, diagnostics } = examine(file, options)
  printDiagnostics(diagnostics, text)
  if (profile && plan) return { file, text, profile, plan }
  const errors = diagnostics.filter(diagnostic => diagnostic.severity === 'error').length
  throw new NmgenError(
    'bad-profile',
    `${file} has ${errors} ${errors === 1 ? 'error' : 'errors'}`,
    Exit.profile,
  )
}

export function printDiagnostics(diagnostics: readonly Diagnostic[], text: string): void {
  if (diagnostics.length === 0) return
  process.stderr.write(`${renderDiagnostics(diagnostics, { text, color: wantsColor(process.stderr) })}\n`)
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
