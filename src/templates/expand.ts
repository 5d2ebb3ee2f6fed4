/**
 * Takes a stream of several layouts apart into members of one layout each, which is all that the native core knows. The
 * profile stays as written.
 */
import type { StreamSpec } from '../profile/model.js'
import type { Diagnostic } from './diagnostic.js'
import { membersOf, type Variant } from './members-of.js'
import { textVariants } from './text-variants.js'

/** A StreamSpec of one layout, and which stream of the profile it is of. */
export interface Member {
  spec: StreamSpec
  /** Index of its stream in the profile. */
  stream: number
}

export interface Expanded {
  members: readonly Member[]
  diagnostics: readonly Diagnostic[]
}

export function expand(streams: readonly StreamSpec[]): Expanded {
  const expanded = streams.map(expandOne)
  return {
    members: expanded.flatMap(({ members }) => members),
    diagnostics: expanded.flatMap(({ diagnostics }) => diagnostics),
  }
}

function expandOne(spec: StreamSpec, stream: number): Expanded {
  const whole: Variant = { weight: 1, labels: [], has: [], spec }
  const { variants, diagnostics } = textVariants([whole], ['streams', stream])
  return { members: membersOf(variants).map(member => ({ spec: member, stream })), diagnostics }
}
