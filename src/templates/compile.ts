import type { Profile, StreamSpec, YamlPath } from '../profile/model.js'
import { scaleLoad } from '../units/load.js'
import { checkLongest, checkOf, checkSizes } from './check-sizes.js'
import { checkSites, checksumSites, sitesOf, sumsOf } from './checksums.js'
import { type Diagnostic, error } from './diagnostic.js'
import { checkWidths, fieldPrograms } from './fields.js'
import { fieldKey } from './key.js'
import { checkRoom, type Layout, layOut } from './layout.js'
import { checkLengths, staticBytes } from './lengths.js'
import { link } from './link.js'
import { checkMatches, matchRule } from './match.js'
import type { Plan, StreamPlan, Template } from './plan.js'
import { checkSignature, signatureOffset, writeSignature } from './signature.js'
import { padded, type Sizes, sizesOf, startOf } from './sizes.js'
import { checkTargets } from './targets.js'
import { checkTimes } from './times.js'

export type { Diagnostic } from './diagnostic.js'

export interface Compiled {
  /** Absent where a diagnostic is an error. */
  plan?: Plan
  diagnostics: readonly Diagnostic[]
}

/** Profile to Plan: the layers' bytes, and a program for everything that varies. Pure; reports all errors at once. */
export function compile(profile: Profile): Compiled {
  const streams = profile.streams.map((_, id) => compileStream(profile, id))
  const plans = streams.flatMap(({ plan }) => plan ?? [])
  const diagnostics = [
    ...checkCount(profile),
    ...streams.flatMap(stream => stream.diagnostics),
    ...checkMatches(plans),
    ...checkTimes(profile),
  ]
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics }
  return { plan: planOf(profile, plans), diagnostics }
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
  safety: profile.safety,
})

/** The signature has 16 bits for the stream. */
function checkCount({ streams }: Profile): Diagnostic[] {
  if (streams.length <= 65_536) return []
  return [error(['streams'], { code: 'too-many-streams', message: 'a profile has at most 65536 streams' })]
}

function compileStream(
  profile: Profile,
  id: number,
): { plan?: StreamPlan; diagnostics: readonly Diagnostic[] } {
  const stream = profile.streams[id]!
  const path = ['streams', id]
  const { layout, diagnostics: stacking } = layOut(stream, path)
  const sizing = [...checkSizes(stream.frame, path), ...(layout ? checkOf(stream.frame, layout, path) : [])]
  const broken = sizing.some(({ severity }) => severity === 'error')
  if (!layout) return { diagnostics: [...stacking, ...sizing] }
  const links = link(profile, stream, layout)
  const content = [
    ...links,
    ...checkWidths(layout),
    ...checkSites(layout, path),
    ...checkTargets(layout, profile.safety),
  ]
  if (broken) return { diagnostics: [...sizing, ...content] }
  const start = startOf(stream.frame, layout)
  const sizes = sizesOf(stream.frame, start)
  const room = checkFrames(stream, layout, sizes, start, path)
  const diagnostics = [...sizing, ...content, ...room]
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics }
  const plan = streamPlan(profile, id, layout, sizes)
  return { plan, diagnostics: [...diagnostics, ...checkSignature(layout, stream, plan.signature, path)] }
}

/** The smallest must hold the headers, and of the largest their lengths must fit in the fields that say them. */
function checkFrames(
  { frame }: StreamSpec,
  layout: Layout,
  { lengths }: Sizes,
  start: number | null,
  path: YamlPath,
): Diagnostic[] {
  const largest = Math.max(...lengths)
  return [
    ...checkRoom(layout, Math.min(...lengths), { of: frame.of, start }, path),
    ...checkLongest(frame, start, largest, path),
    ...checkLengths(layout, largest),
  ]
}

function streamPlan(profile: Profile, id: number, layout: Layout, sizes: Sizes): StreamPlan {
  const stream = profile.streams[id]!
  const sites = sitesOf(layout)
  const { lengths, sequence, columns } = sizes
  const signature = signatureOffset(layout, stream, lengths)
  const templates = lengths.map((length): Template => {
    const bytes = staticBytes(layout, length)
    if (signature !== null) writeSignature(bytes, signature, id)
    return { bytes: padded(bytes, stream.frame), checksums: checksumSites(layout, sites, bytes) }
  })
  const identity = { seed: profile.seed, stream: stream.name }
  return {
    ...given(stream),
    ...timing(profile, stream),
    id,
    path: ['streams', id],
    templates,
    sequence,
    sizeDraw: columns && { key: fieldKey(profile.seed, stream.name, 'frame'), columns },
    fields: fieldPrograms(layout, identity, (field, last) => sumsOf(sites, field, last)),
    signature,
    match: stream.rx !== undefined && signature === null ? matchRule(layout, templates[0]!.bytes) : null,
  }
}

const given = (stream: StreamSpec) => ({
  name: stream.name,
  count: stream.count ?? null,
  tx: stream.tx,
  rx: stream.rx ?? null,
})

/** Names are looked up by the profile; one that is gone (a flag removed its stream) is not waited for. */
function timing(profile: Profile, stream: StreamSpec) {
  const { rate, share, startNs, forNs, after } = stream
  const owner = share === undefined ? stream.name : ''
  const ids = (after ?? []).map(name => profile.streams.findIndex(other => other.name === name))
  return {
    rate: share === undefined ? rate : scaleLoad(rate, share / 100),
    share: share ?? null,
    runLength: profile.mix?.runLength ?? 1,
    paceKey: fieldKey(profile.seed, owner, share === undefined ? 'rate' : `rate ${stream.tx}`),
    startNs: startNs ?? 0,
    forNs: forNs ?? null,
    after: ids.filter(id => id >= 0),
  }
}
