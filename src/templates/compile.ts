import type { Profile } from '../profile/model.js'
import { accountStreams } from './account/account.js'
import type { CaptureReader } from './captures/group.js'
import { type CastMoulds, type CompiledStream, common, compileStream, named } from './compile-stream.js'
import { type Diagnostic, error } from './diagnostic.js'
import { expand, type Member } from './expand.js'
import { checkFloods } from './flood.js'
import { cutStreams } from './fragments/plans.js'
import { checkGroups, checkLabels } from './labels.js'
import { checkMatches } from './match.js'
import { Moulds } from './moulds.js'
import { numbered } from './number.js'
import type { Plan, StreamPlan } from './plan.js'
import { checkTimes } from './times.js'

export type { Diagnostic } from './diagnostic.js'

export interface Compiled {
  /** Absent where a diagnostic is an error. */
  plan?: Plan
  diagnostics: readonly Diagnostic[]
}

/**
 * Profile to Plan: the layers' bytes, and a program for everything that varies. Pure, but for what `read` knows of files;
 * reports all errors at once.
 */
export function compile(profile: Profile, read: CaptureReader = noFiles): Compiled {
  const { members, diagnostics: expanding } = expand(profile.streams)
  const all = named(members)
  const moulds: CastMoulds = new Moulds(profile.safety)
  const streams = members.map((_, id) => compileStream(profile, all, id, read, moulds))
  const trains = cutStreams(
    profile,
    members.map(({ spec, stream }, id) => ({ spec, stream, sizes: streams[id]!.sizes })),
  )
  const plans = numbered(
    streams.flatMap<StreamPlan>(
      ({ plan, captured, neighbour }, id) =>
        plan ??
        (captured ?? trains.get(id)?.plans ?? []).map(part => ({
          ...common(profile, all, id),
          ...part,
          ...(neighbour && { neighbour }),
        })),
    ),
  )
  const accounted = accountStreams(profile, plans)
  const diagnostics = [
    ...expanding,
    ...checkCount(plans),
    ...eachOnce(members, streams),
    ...[...trains.values()].flatMap(({ diagnostics }) => diagnostics),
    ...checkMatches(plans),
    ...checkTimes(profile),
    ...checkFloods(profile, plans),
    ...checkLabels(profile.expect, plans),
    ...accounted.diagnostics,
    ...(accounted.diagnostics.length > 0
      ? []
      : checkGroups(profile.expect, accounted.plans, profile.account)),
  ]
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics }
  return { plan: planOf(profile, accounted.plans), diagnostics }
}

/**
 * What is wrong with several members of a stream stands at one place, and is said once: of the one with the longest
 * headers, so that a frame that is made long enough for it is long enough for all.
 */
function eachOnce(members: readonly Member[], streams: readonly CompiledStream[]): Diagnostic[] {
  const order = [...streams.keys()].sort((a, b) => streams[b]!.headerBytes - streams[a]!.headerBytes)
  const said = new Map<string, number>()
  return order.flatMap(id =>
    streams[id]!.diagnostics.filter(({ code, path }) => {
      const key = [members[id]!.stream, code, ...path].join()
      const first = said.get(key) ?? id
      said.set(key, first)
      return first === id
    }),
  )
}

const planOf = (profile: Profile, streams: readonly StreamPlan[]): Plan => ({
  format: 1,
  name: profile.name,
  seed: profile.seed,
  streams,
  ports: profile.ports,
  durationNs: profile.durationNs ?? null,
  cores: profile.cores ?? null,
  expect: profile.expect,
  ...(profile.account && { account: profile.account }),
  pacing: profile.pacing,
  ...(profile.latencySample !== undefined && { latencySample: profile.latencySample }),
  safety: profile.safety,
})

/** The signature has 16 bits for the stream. */
function checkCount(plans: readonly StreamPlan[]): Diagnostic[] {
  if (plans.length <= 65_536) return []
  const message = `all streams together have ${plans.length} kinds of frames, and at most 65536 are possible`
  return [error(['streams'], { code: 'too-many-streams', message })]
}

const noFiles: CaptureReader = file => ({
  message: `${file} cannot be read here`,
  hint: 'no files are at hand',
})
