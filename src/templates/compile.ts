import type { LaidOut, Profile, StreamSpec, YamlPath } from '../profile/model.js'
import { scaleLoad } from '../units/load.js'
import { accountStreams } from './account/account.js'
import type { CaptureReader } from './captures/group.js'
import { type CapturedPlan, capturedPlans } from './captures/plans.js'
import { checkLongest, checkOf, checkSizes } from './check-sizes.js'
import { checkSites, checksumSites, type Site, sitesOf, sumsOf } from './checksums.js'
import { beside, withContent } from './content.js'
import { type Diagnostic, error } from './diagnostic.js'
import { expand, type Member } from './expand.js'
import { checkWidths, fieldPrograms, keyNames } from './fields.js'
import { checkFloods } from './flood.js'
import { checkCut } from './fragments/check.js'
import { cutStreams } from './fragments/plans.js'
import { partOf } from './group.js'
import { fieldKey } from './key.js'
import { checkGroups, checkLabels } from './labels.js'
import { checkRoom, type Layout, layOut } from './layout.js'
import { checkLengths, staticBytes } from './lengths.js'
import { link } from './link.js'
import { checkMatches, matchRule } from './match.js'
import { type Cast, Moulds } from './moulds.js'
import { neighbourOf } from './neighbour.js'
import { numbered } from './number.js'
import type { Neighbour, Plan, StreamPlan, Template } from './plan.js'
import { checkSelectors } from './selectors.js'
import { checkSignature, checkSignatures, signatureOffset, writeSignature } from './signature.js'
import { padded, type Sizes, sizesOf, startOf } from './sizes.js'
import { checkTargets } from './targets.js'
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

interface Members {
  members: readonly Member[]
  /** Of each name, the first. */
  firsts: ReadonlyMap<string, number>
}

function named(members: readonly Member[]): Members {
  const firsts = new Map<string, number>()
  for (const [id, { spec }] of members.entries()) if (!firsts.has(spec.name)) firsts.set(spec.name, id)
  return { members, firsts }
}

const noFiles: CaptureReader = file => ({
  message: `${file} cannot be read here`,
  hint: 'no files are at hand',
})

interface CompiledStream {
  plan?: StreamPlan
  /** Instead of a plan, what its capture makes. */
  captured?: readonly CapturedPlan[]
  /** Instead of a plan, where its datagrams are to be cut. */
  sizes?: Sizes
  neighbour?: Neighbour
  diagnostics: readonly Diagnostic[]
  headerBytes: number
}

type CastMoulds = Moulds<Pick<CompiledStream, 'diagnostics' | 'headerBytes'>>

const isLaidOut = (stream: StreamSpec): stream is LaidOut => stream.frame.kind !== 'captured'

function compileStream(
  profile: Profile,
  all: Members,
  id: number,
  read: CaptureReader,
  moulds: CastMoulds,
): CompiledStream {
  const { spec: stream, stream: index } = all.members[id]!
  const path = ['streams', index]
  if (!isLaidOut(stream)) {
    const { parts, diagnostics } = capturedPlans(profile, stream, path, read)
    return { captured: parts, diagnostics, headerBytes: 0 }
  }
  const alike = moulds.cast(stream, { seed: profile.seed, stream: stream.name })
  if (alike) {
    // Of thousands of streams, `{ ...common, ...cast }` would take a fifth of all the time here.
    const { headerBytes, diagnostics } = alike.rest
    const own = diagnostics.map(one => ({ ...one, path: [...path, ...one.path.slice(path.length)] }))
    return { plan: Object.assign(common(profile, all, id), alike.cast), headerBytes, diagnostics: own }
  }
  const framed = stream.frameIn ?? path
  const { layout: headers, diagnostics: stacking } = layOut(stream, path)
  const sizing = [
    ...checkSizes(stream.frame, framed),
    ...(headers ? checkOf(stream.frame, headers, framed) : []),
  ]
  const broken = sizing.some(({ severity }) => severity === 'error')
  if (!headers) return { diagnostics: [...stacking, ...sizing], headerBytes: 0 }
  const headerBytes = headers.payloadOffset
  const start = startOf(stream.frame, headers)
  const sizes = broken ? null : sizesOf(stream.frame, start)
  const { layout, diagnostics: filling } = withContent(headers, stream, sizes?.lengths ?? [], path)
  const content = [
    ...filling,
    ...link(profile, stream, layout),
    ...checkWidths(layout),
    ...checkSelectors(layout),
    ...checkSites(layout, path),
    ...checkTargets(layout, profile.safety),
    ...(stream.fragment ? checkCut(stream, layout, path) : []),
  ]
  const hop = neighbourOf(profile, stream, layout, path) // what is referred to is known now
  content.push(...hop.diagnostics)
  if (!sizes) return { diagnostics: [...sizing, ...content], headerBytes }
  const room = checkFrames(stream, layout, sizes, start, framed)
  const diagnostics = [...sizing, ...content, ...room]
  if (diagnostics.some(({ severity }) => severity === 'error')) return { diagnostics, headerBytes }
  if (stream.fragment)
    return {
      ...hop,
      sizes,
      diagnostics: [...diagnostics, ...checkSignatures(layout, stream, path)],
      headerBytes,
    }
  const shared = { ...common(profile, all, id), ...(hop.neighbour && { neighbour: hop.neighbour }) }
  const sites = sitesOf(layout)
  const cast = castOf(profile, stream, shared.id, { layout, sites, sizes })
  const said = [...diagnostics, ...checkSignature(layout, stream, cast.signature, path)]
  const rest = { diagnostics: said, headerBytes }
  if (!hop.neighbour && moulds.takes(stream))
    moulds.add({ spec: stream, layout, sites, lengths: sizes.lengths, keys: keyNames(layout), cast, rest })
  return { plan: { ...shared, ...cast }, ...rest }
}

/** The smallest must hold the headers, and of the largest their lengths must fit in the fields that say them. */
function checkFrames(
  { frame, fragment }: LaidOut,
  layout: Layout,
  { lengths }: Sizes,
  start: number | null,
  path: YamlPath,
): Diagnostic[] {
  const largest = Math.max(...lengths)
  return [
    ...checkRoom(layout, Math.min(...lengths), { of: frame.of, start }, path),
    ...(fragment ? [] : checkLongest(frame, start, largest, path)),
    ...checkLengths(layout, largest),
  ]
}

/** What all members of a stream have in common. Names that are gone (a flag removed the stream) are not waited for. */
function common({ seed, mix }: Profile, { members, firsts }: Members, id: number) {
  const { spec, stream } = members[id]!
  const { name, count, share, rate, after } = spec
  const member = spec.member ?? null
  const owner = share === undefined ? name : ''
  return {
    name,
    member,
    count: count === undefined ? null : partOf(member, count),
    tx: spec.tx,
    rx: spec.rx ?? null,
    rate: share === undefined ? rate : scaleLoad(rate, share / 100),
    trace: null,
    share: share ?? null,
    runLength: mix?.runLength ?? 1,
    paceKey: fieldKey(seed, owner, share === undefined ? 'rate' : `rate ${spec.tx}`),
    startNs: spec.startNs ?? 0,
    forNs: spec.forNs ?? null,
    after: after?.flatMap(other => firsts.get(other) ?? []) ?? [], // numbered once all members are known
    id,
    path: ['streams', stream],
  }
}

interface Parts {
  layout: Layout
  sites: readonly Site[]
  sizes: Sizes
}

function castOf({ seed }: Profile, stream: LaidOut, id: number, { layout, sites, sizes }: Parts): Cast {
  const { lengths, sequence, columns } = sizes
  const signature = signatureOffset(layout, stream, lengths)
  const templates = lengths.map((length): Template => {
    const bytes = staticBytes(layout, length)
    if (signature !== null) writeSignature(bytes, signature, id)
    return { bytes: padded(bytes, stream.frame), checksums: checksumSites(layout, sites, bytes) }
  })
  return {
    templates,
    sequence,
    sizeDraw: columns && { key: fieldKey(seed, stream.name, 'frame'), columns },
    fields: fieldPrograms(
      beside(layout, signature === null ? [] : [signature]),
      { seed, stream: stream.name },
      (field, last) => sumsOf(sites, field, last),
    ),
    signature,
    match: stream.rx !== undefined && signature === null ? matchRule(layout, templates[0]!.bytes) : null,
  }
}
