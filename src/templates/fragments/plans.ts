import type { Places, Profile, StreamSpec, YamlPath } from '../../profile/model.js'
import { type Diagnostic, error, warning } from '../diagnostic.js'
import type { StreamPlan } from '../plan.js'
import { overlap } from '../rules.js'
import type { Sizes } from '../sizes.js'
import { checkTrains } from './check.js'
import { cycleOf, type FragmentGroup, type Fragments, framesOf, type Group, groupOf } from './group.js'
import { datagramsOf } from './kind.js'
import { MAX_SLOTS, MAX_TRAINS } from './trains.js'

/** One layout of a fragmented stream; without alternatives it has one. */
export interface Cut {
  spec: StreamSpec
  sizes: Sizes
}

/** What differs between the members that the fragments of a stream are. */
export type FragmentPlan = Pick<
  StreamPlan,
  'member' | 'templates' | 'sequence' | 'sizeDraw' | 'fields' | 'signature' | 'match' | 'count'
>

export type Cutting = { plans: FragmentPlan[]; diagnostics: Diagnostic[] }

const only: Places = { cycle: 1, places: [0] }

/** A member of a stream, with its sizes where its datagrams are to be cut and all else is right. */
interface Member {
  spec: StreamSpec
  /** Index of its stream in the profile. */
  stream: number
  sizes: Sizes | undefined
}

/** The fragments of each stream that is to be cut, by the index of its first member. */
export function cutStreams(profile: Profile, members: readonly Member[]): Map<number, Cutting> {
  const found = new Map<number, Cutting>()
  for (const [id, { spec, stream }] of members.entries()) {
    if (!spec.fragment || members[id - 1]?.stream === stream) continue
    const own = members.filter(member => member.stream === stream)
    const cuts = own.flatMap(({ spec, sizes }) => (sizes ? { spec, sizes } : []))
    if (cuts.length === own.length) found.set(id, fragmentPlans(profile, cuts, ['streams', stream]))
  }
  return found
}

/** The members of a fragmented stream, all its alternatives together. */
function fragmentPlans(profile: Profile, cuts: readonly Cut[], path: YamlPath): Cutting {
  const { fragment, name, count = null, member: turns = only } = cuts[0]!.spec
  const kinds = cuts.map(({ spec, sizes }) => {
    const { places } = spec.member ?? only
    return { places, sizes, datagramFor: datagramsOf(profile, spec, sizes.lengths) }
  })
  const wrong = cuts.flatMap(({ spec, sizes }, i) => checkTrains(spec, kinds[i]!.datagramFor, sizes, path))
  if (wrong.length > 0) return { plans: [], diagnostics: wrong }
  const group: Group = { spec: fragment!, kinds, turns: turns.cycle, count, seed: profile.seed, stream: name }
  const long = checkLength(group, path)
  if (long.length > 0) return { plans: [], diagnostics: long }
  const made = groupOf(group)
  const plans = made.members.map(member => planOf(member, made, cuts[member.kind]!.spec))
  return { plans, diagnostics: lookAlikes(made.members, path) }
}

/** Only now are the cuts known, and with them how long the order is. */
function checkLength(group: Group, path: YamlPath): Diagnostic[] {
  const trains = cycleOf(group)
  const frames = trains > MAX_TRAINS ? 0 : framesOf(group)
  if (trains <= MAX_TRAINS && frames <= MAX_SLOTS) return []
  const [count, most] =
    trains > MAX_TRAINS ? [`${trains} trains`, MAX_TRAINS] : [`${frames} frames`, MAX_SLOTS]
  const message = `sizes, mtu, order and fault come in all combinations only after ${count}; at most ${most} are possible`
  const hint = 'smaller weights, fewer values, a longer MTU, or less interleaving'
  return [error([...path, 'fragment'], { code: 'too-many-trains', message, hint })]
}

function planOf(part: Fragments, { cycle, slots }: FragmentGroup, spec: StreamSpec): FragmentPlan {
  const labels = [...(spec.member?.labels ?? []), part.fault]
  const member = { labels, cycle, places: part.trains, slots, at: part.at }
  const { templates, sequence, signature, match } = part
  const renumber = renumbering(
    part,
    (cycle / (spec.member ?? only).cycle) * (spec.member ?? only).places.length,
  )
  return {
    member,
    templates,
    sequence,
    sizeDraw: null,
    fields: part.fields.map(field => ({ ...field, numbers: field.numbers && renumber(field.numbers) })),
    signature,
    match,
    count: spec.count === undefined ? null : framesIn(part, cycle, spec.count),
  }
}

/** Of a field inside an alternative: `datagrams` of the kind come in a cycle, and a fragment draws as its datagram. */
function renumbering({ numbers }: Fragments, datagrams: number): (within: Places) => Places {
  const known = new Map<Places, Places>()
  return within => {
    const turns = within.places.length
    const place = (number: number) =>
      Math.floor(number / turns) * within.cycle + within.places[number % turns]!
    const made = known.get(within) ?? {
      cycle: (datagrams / turns) * within.cycle,
      places: numbers.map(place),
    }
    known.set(within, made)
    return made
  }
}

/** Frames of the first `count` trains. */
function framesIn({ trains }: Fragments, cycle: number, count: number): number {
  const rest = count % cycle
  return Math.floor(count / cycle) * trains.length + trains.filter(train => train < rest).length
}

/** Without a signature, fragments of two faults may be the same in all that a receiver can look at. */
function lookAlikes(members: readonly Fragments[], path: YamlPath): Diagnostic[] {
  const ruled = members.filter(({ match }) => match !== null)
  const alike = ruled.find((one, i) =>
    ruled.some((other, k) => k < i && other.fault !== one.fault && overlap(one.match, other.match)),
  )
  if (!alike) return []
  const message = `some fragments have no room for nmgen's signature, and those of ${alike.fault} look like others`
  const hint = 'their faults are not told apart; a longer MTU makes room'
  return [warning([...path, 'fragment'], { code: 'fragments-look-alike', message, hint })]
}
