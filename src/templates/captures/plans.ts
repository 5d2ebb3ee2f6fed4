import type { Profile, StreamSpec, YamlPath } from '../../profile/model.js'
import { MAX_MEMBERS } from '../../units/limits.js'
import { type Diagnostic, error } from '../diagnostic.js'
import { partOf } from '../group.js'
import type { Member, StreamPlan } from '../plan.js'
import { type CapturedGroup, type CaptureReader, takeApart } from './group.js'

/** What differs between the members that the packets of a capture make, and what they have instead of the profile's. */
export type CapturedPlan = Pick<
  StreamPlan,
  'member' | 'templates' | 'sequence' | 'sizeDraw' | 'fields' | 'signature' | 'match' | 'trace' | 'count'
> &
  Partial<Pick<StreamPlan, 'rate'>>

/** The members of a stream that is made from a capture; none where something is wrong. */
export function capturedPlans(
  profile: Profile,
  stream: StreamSpec,
  path: YamlPath,
  read: CaptureReader,
): { parts: CapturedPlan[]; diagnostics: readonly Diagnostic[] } {
  const { groups, packets, trace, diagnostics } = takeApart(profile, stream, path, read)
  if (groups.length > MAX_MEMBERS)
    return { parts: [], diagnostics: [...diagnostics, tooDifferent(groups.length, path)] }
  const count = countOf(stream, packets)
  // For people; who sends it goes by the trace.
  const pps = trace && Number(((packets / trace.cycleNs) * 1e9).toPrecision(6))
  const rate = pps !== null && { rate: { kind: 'pps', pps } as const }
  const parts = groups.map((group): CapturedPlan => {
    const { places, ...rest } = group
    const member = groups.length === 1 ? null : memberOf(group, packets)
    return {
      ...rest,
      member,
      sizeDraw: null,
      trace,
      ...rate,
      count: count === null ? null : partOf(member, count),
    }
  })
  return { parts, diagnostics }
}

/** They stand where they stood in the capture, on the wire as in the draws. */
const memberOf = ({ places }: CapturedGroup, packets: number): Member => ({
  labels: [],
  cycle: packets,
  places,
  slots: packets,
  at: places,
})

const tooDifferent = (layouts: number, path: YamlPath): Diagnostic =>
  error([...path, 'set'], {
    code: 'too-many-members',
    message: `these fields stand in ${layouts} different layouts of packets, at most ${MAX_MEMBERS} are possible`,
    hint: 'choose packets of fewer kinds with `only`',
  })

/** Packets to send in all, by `count` or by `loops` through so many. */
function countOf({ count, capture }: StreamSpec, packets: number): number | null {
  const most = Number.POSITIVE_INFINITY
  const all = Math.min(count ?? most, (capture?.loops ?? most) * packets)
  return all === most ? null : all
}
