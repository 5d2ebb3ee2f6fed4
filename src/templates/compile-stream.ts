import type { LaidOut, Profile, StreamSpec, YamlPath } from '../profile/model.js'
import { scaleLoad } from '../units/load.js'
import type { CaptureReader } from './captures/group.js'
import { type CapturedPlan, capturedPlans } from './captures/plans.js'
import { castOf } from './cast.js'
import { checkLongest, checkOf, checkSizes } from './check-sizes.js'
import { checkSites, sitesOf } from './checksums.js'
import { withContent } from './content.js'
import type { Diagnostic } from './diagnostic.js'
import type { Member } from './expand.js'
import { checkWidths, keyNames } from './fields.js'
import { checkCut } from './fragments/check.js'
import { partOf } from './group.js'
import { fieldKey } from './key.js'
import { checkRoom, type Layout, layOut } from './layout.js'
import { checkLengths } from './lengths.js'
import { link } from './link.js'
import type { Moulds } from './moulds.js'
import { neighbourOf } from './neighbour.js'
import type { Neighbour, StreamPlan } from './plan.js'
import { checkSelectors } from './selectors.js'
import { checkSignature, checkSignatures } from './signature.js'
import { type Sizes, sizesOf, startOf } from './sizes.js'
import { checkTargets } from './targets.js'

export interface Members {
  members: readonly Member[]
  /** Of each name, the first. */
  firsts: ReadonlyMap<string, number>
  /** Of the total that leaves by a port, the key of its random times: thousands of streams have the same. */
  totalKeys: Map<string, bigint>
}

export function named(members: readonly Member[]): Members {
  const firsts = new Map<string, number>()
  for (const [id, { spec }] of members.entries()) if (!firsts.has(spec.name)) firsts.set(spec.name, id)
  return { members, firsts, totalKeys: new Map() }
}

export interface CompiledStream {
  plan?: StreamPlan
  /** Instead of a plan, what its capture makes. */
  captured?: readonly CapturedPlan[]
  /** Instead of a plan, where its datagrams are to be cut. */
  sizes?: Sizes
  neighbour?: Neighbour
  diagnostics: readonly Diagnostic[]
  headerBytes: number
}

export type CastMoulds = Moulds<Pick<CompiledStream, 'diagnostics' | 'headerBytes'>>

const isLaidOut = (stream: StreamSpec): stream is LaidOut => stream.frame.kind !== 'captured'

/** One layout of a stream: its plan, or what makes its plans, and all that is wrong with it. */
export function compileStream(
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
export function common({ seed, mix }: Profile, all: Members, id: number) {
  const { spec, stream } = all.members[id]!
  const { name, count, share, rate, after } = spec
  const member = spec.member ?? null
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
    paceKey: share === undefined ? fieldKey(seed, name, 'rate') : totalKey(seed, spec.tx, all.totalKeys),
    startNs: spec.startNs ?? 0,
    forNs: spec.forNs ?? null,
    after: after?.flatMap(other => all.firsts.get(other) ?? []) ?? [], // numbered once all members are known
    id,
    path: ['streams', stream],
  }
}

function totalKey(seed: number, tx: string, known: Map<string, bigint>): bigint {
  const key = known.get(tx) ?? fieldKey(seed, '', `rate ${tx}`)
  known.set(tx, key)
  return key
}
