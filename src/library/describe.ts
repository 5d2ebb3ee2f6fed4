import { profileDocument } from '../profile/write.js'
import { profileResult } from '../stats/profile.js'
import type { ProfileResult } from '../stats/result.js'
import { captureResults } from './captures.js'
import type { Program } from './compile.js'

export type Described = Pick<Program, 'profile' | 'file' | 'text'>

/**
 * What a result says of its profile. Captures are looked at now, before anything else changes them; the rest is made when it
 * is first asked for, as it costs time with thousands of streams. `overrides`: what was changed, by name.
 */
export function describer(
  { profile, file, text }: Described,
  overrides: Readonly<Record<string, string>> = {},
): () => ProfileResult {
  const captures = captureResults(profile, file)
  let made: ProfileResult | undefined
  return () => {
    made ??= profileResult({ profile, file, text, captures, overrides, document: profileDocument(profile) })
    return made
  }
}
