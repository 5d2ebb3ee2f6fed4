import { createHash } from 'node:crypto'
import type { Profile } from '../profile/model.js'
import type { CaptureResult, ProfileResult } from './result.js'

export interface ProfileInput {
  profile: Profile
  file: string
  text: string
  captures: readonly CaptureResult[]
  overrides: Readonly<Record<string, string>>
  /** The profile as it ran, as a document that can be read again. */
  document: unknown
}

export function profileResult(input: ProfileInput): ProfileResult {
  const { profile, file, text, captures, overrides, document } = input
  return {
    name: profile.name,
    file,
    sha256: createHash('sha256').update(text).digest('hex'),
    captures,
    seed: profile.seed,
    overrides,
    resolved: plain(document),
  }
}

/** The same tree in what JSON and YAML can say without loss. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return value.map(plain)
  // A plain loop: thousands of streams have dozens of values each.
  const entries: [string, unknown][] = []
  for (const [key, child] of Object.entries(value)) if (child !== undefined) entries.push([key, plain(child)])
  return Object.fromEntries(entries)
}
