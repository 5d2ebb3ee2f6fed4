/**
 * Takes a stream of several layouts apart into members of one layout each, which is all that the native core knows. The
 * profile stays as written.
 */
import type { StreamSpec } from '../profile/model.js'
import { type Diagnostic, error } from './diagnostic.js'

/** A StreamSpec of one layout, and which stream of the profile it is of. */
export interface Expanded {
  spec: StreamSpec
  /** Index of its stream in the profile. */
  stream: number
}

/** As many members may a stream have, and so long may it be until its order repeats: it is a table. */
export const MAX_MEMBERS = 4096
export const MAX_CYCLE = 65_536

export function expand(streams: readonly StreamSpec[]): Expanded[] {
  return streams.map((spec, stream) => ({ spec, stream }))
}

/** What compiles to too much; the members of a stream are those of its name. */
export function checkMembers(expanded: readonly Expanded[]): Diagnostic[] {
  const counts = new Map<string, number>()
  for (const { spec } of expanded) counts.set(spec.name, (counts.get(spec.name) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count > MAX_MEMBERS)
    .map(([name, count]) => {
      const { stream } = expanded.find(({ spec }) => spec.name === name)!
      const message = `stream ${name} has ${count} kinds of frames, at most ${MAX_MEMBERS} are possible`
      return error(['streams', stream], { code: 'too-many-members', message })
    })
}
