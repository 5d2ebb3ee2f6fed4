/** From the text of a profile to its Plan, with everything that is wrong on the way. */
import type { Configuration } from '../profile/configure.js'
import { type Diagnostic, inFileOrder } from '../profile/diagnostics.js'
import { type Loaded, loadProfile } from '../profile/load.js'
import type { Profile } from '../profile/model.js'
import { type Compiled, compile } from '../templates/compile.js'
import type { Plan } from '../templates/plan.js'
import { captureReader } from './captures.js'

export interface ReadOptions {
  /** `--set` arguments. */
  set?: readonly string[]
  /** Which combination of the profile's matrix (default: the first). */
  pick?: number
  /** The user's own, below the profile. */
  config?: Configuration
  /** What flags change, between reading and compiling. */
  override?: (profile: Profile) => Profile
}

export interface Examined extends Pick<Loaded, 'place' | 'combinations' | 'values'> {
  file: string
  text: string
  /** Both are present where no diagnostic is an error. */
  profile?: Profile
  plan?: Plan
  diagnostics: Diagnostic[]
}

/** Of a profile that was read from `file`, and may have been changed since. */
export const compileProfile = (profile: Profile, file: string): Compiled =>
  compile(profile, captureReader(file))

/** Of a text; `file` is what it is called, and where the captures that it names are looked for. */
export function examineText(text: string, file: string, options: ReadOptions = {}): Examined {
  const { set, pick, config, override = profile => profile } = options
  const loaded = loadProfile(text, {
    file,
    ...(set && { set }),
    ...(pick !== undefined && { pick }),
    ...(config && { config }),
  })
  const { diagnostics, locate, place, combinations, values } = loaded
  const read = { file, text, place, combinations, values }
  if (!loaded.profile) return { ...read, diagnostics }
  const profile = override(loaded.profile)
  const compiled = compileProfile(profile, file)
  const found = compiled.diagnostics.map((one): Diagnostic => ({ ...one, file, ...locate(one.path) }))
  const all = [...diagnostics, ...found].sort(inFileOrder)
  const failed = all.some(diagnostic => diagnostic.severity === 'error')
  return {
    ...read,
    diagnostics: all,
    ...(compiled.plan && !failed && { profile, plan: compiled.plan }),
  }
}
