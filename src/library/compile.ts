import { readFileSync } from 'node:fs'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import { type Diagnostic, renderDiagnostics } from '../profile/diagnostics.js'
import type { Profile } from '../profile/model.js'
import type { Plan } from '../templates/plan.js'
import { examineText } from './examine.js'

/** The text of a profile, or the file that holds it. */
export type Source = { text: string; file?: string } | { file: string }

export interface CompileOptions {
  /** Changes, as `--set` has them: `streams.udp.rate=1Mpps`. */
  set?: readonly string[]
  /** Which combination of the profile's matrix, from 0. */
  pick?: number
}

/** A profile that can run. Plain data. */
export interface Program {
  profile: Profile
  plan: Plan
  file: string
  text: string
  warnings: readonly Diagnostic[]
}

/** A profile with mistakes: `message` is what `nmgen check` prints, `diagnostics` the same as data. */
export class ProfileError extends NmgenError {
  constructor(
    text: string,
    readonly diagnostics: readonly Diagnostic[],
  ) {
    super('bad-profile', renderDiagnostics(diagnostics, { text, color: false }), Exit.profile)
  }
}

/** Reads, checks and compiles a profile. Throws ProfileError with all that is wrong. The user's configuration is not read. */
export function compile(source: Source, options: CompileOptions = {}): Program {
  const text = 'text' in source ? source.text : readFileSync(source.file, 'utf8')
  const { file = 'profile.yaml' } = source
  const { profile, plan, diagnostics } = examineText(text, file, options)
  if (!profile || !plan) throw new ProfileError(text, diagnostics)
  return { profile, plan, file, text, warnings: diagnostics }
}
