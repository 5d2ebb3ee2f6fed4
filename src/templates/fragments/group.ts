/** All trains of a stream as members of one layout each, which is all that the native core knows. */
import type { FragmentFault, FragmentSpec } from '../../profile/model.js'
import { fieldKey } from '../key.js'
import type { FieldProgram, MatchRule, Template } from '../plan.js'
import type { Sizes } from '../sizes.js'
import { type Cutting, cutsFor, type Datagram, piecesOf } from './datagram.js'
import type { DatagramFor } from './kind.js'
import type { Piece } from './piece.js'
import { combinations, MAX_TRAINS, slotsOf, type Way, waysOf, wireOrder } from './trains.js'

/** Frames without the FCS that differ only in constants: one layout, one set of programs. */
export interface Fragments {
  /** Index of the kind of datagram that they are of. */
  kind: number
  fault: FragmentFault
  fields: readonly FieldProgram[]
  signature: number | null
  match: MatchRule | null
  templates: Template[]
  /** For each of its packets in a cycle: template, slot on the wire, train, and number of its datagram in its turns. */
  sequence: number[]
  at: number[]
  trains: number[]
  numbers: number[]
}

export interface FragmentGroup {
  /** Trains, and frames, until all comes again. */
  cycle: number
  slots: number
  members: readonly Fragments[]
}

/** One kind of datagram of a stream: `places` of each `turns` trains are of this kind. */
export interface Kind {
  places: readonly number[]
  sizes: Sizes
  datagramFor: DatagramFor
}

export interface Group {
  spec: FragmentSpec
  kinds: readonly Kind[]
  turns: number
  /** Datagrams in all. */
  count: number | null
  seed: number
  stream: string
}

interface Train {
  kind: number
  /** Number of the datagram among those of its kind. */
  number: number
  size: number
  way: Way
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b

/** The fewest trains in which every kind has had each of its sizes in every way as often as the weights say. */
export function cycleOf({ spec, kinds, turns }: Group): number {
  const ways = combinations(spec)
  const rounds = kinds.reduce((all, { places, sizes: { sequence, lengths } }) => {
    const whole = sequence.length / gcd(sequence.length, places.length)
    return lengths.reduce((most, _, size) => {
      if (most > MAX_TRAINS) return most // whatever it is, it is too much
      const each = sequence.filter(index => index === size).length
      const had = ((whole * places.length) / sequence.length) * each
      return lcm(most, whole * (ways / gcd(ways, had)))
    }, all)
  }, 1)
  const cycle = rounds * turns
  // At the end of a cycle the trains in flight run out: it should not come often.
  return cycle * Math.max(1, Math.ceil((spec.interleave > 1 ? 8 * spec.interleave : 1) / cycle))
}

function trainsOf({ kinds, turns }: Group, ways: readonly Way[], cycle: number): Train[] {
  const places = kinds.flatMap(({ places }, kind) => places.map((place, rank) => ({ place, rank, kind })))
  const turn = new Map(places.map(({ place, ...rest }) => [place, rest]))
  const had = kinds.map(({ sizes }) => sizes.lengths.map(() => 0))
  return Array.from({ length: cycle }, (_, train): Train => {
    const { kind, rank } = turn.get(train % turns)!
    const { sequence } = kinds[kind]!.sizes
    const number = Math.floor(train / turns) * kinds[kind]!.places.length + rank
    const size = sequence[number % sequence.length]!
    return { kind, number, size, way: ways[had[kind]![size]!++ % ways.length]! }
  })
}

/** Frames in a cycle; without a copy of any. */
export function framesOf(group: Group): number {
  const ways = waysOf(group.spec)
  const known = new Map<string, number>()
  return trainsOf(group, ways, cycleOf(group)).reduce((sum, { kind, size, way: { mtu, fault } }) => {
    const name = [kind, size, mtu, fault].join(' ')
    const { sizes, datagramFor } = group.kinds[kind]!
    const length = sizes.lengths[size]!
    const frames = known.get(name) ?? cutsFor(datagramFor(length, mtu, fault), { length, mtu, fault }).length
    known.set(name, frames)
    return sum + frames
  }, 0)
}

/** A fragment's frame, and who sends it. */
interface Place {
  member: Fragments
  template: number
}

export function groupOf(group: Group): FragmentGroup {
  const ways = waysOf(group.spec)
  const cycle = cycleOf(group)
  const trains = trainsOf(group, ways, cycle)
  const depot = new Depot(group)
  const orders = trains.map(train => depot.order(train))
  const stop = (group.count ?? 0) % cycle
  const lengths = orders.map(order => order.length)
  let slots = 0
  for (const { train, nth } of slotsOf(lengths, group.spec.interleave, stop > 0 ? [stop] : [])) {
    const { member, template } = orders[train]![nth]!
    member.sequence.push(template)
    member.at.push(slots++)
    member.trains.push(train)
    member.numbers.push(trains[train]!.number)
  }
  return { cycle, slots, members: depot.members }
}

/** Every kind of fragment once. */
class Depot {
  readonly #members = new Map<string, Fragments>()
  readonly #places = new Map<string, readonly Place[]>()
  readonly #orders = new Map<string, readonly Place[]>()

  constructor(readonly group: Group) {}

  get members(): Fragments[] {
    return [...this.#members.values()]
  }

  /** The frames of a train, in the order on the wire. */
  order({ kind, size, way }: Train): readonly Place[] {
    const name = [kind, size, way.mtu, way.order, way.fault].join(' ')
    const known = this.#orders.get(name)
    if (known) return known
    const { seed, stream } = this.group
    const cutting = { length: this.group.kinds[kind]!.sizes.lengths[size]!, mtu: way.mtu, fault: way.fault }
    const count = cutsFor(this.#datagram(kind, cutting), cutting).length
    const order = wireOrder(count, way, fieldKey(seed, stream, `fragment ${name}`))
    const places = this.#cut(kind, cutting, order.length > count ? order[0]! : null)
    const made = order.map(i => places[i]!)
    this.#orders.set(name, made)
    return made
  }

  #datagram(kind: number, { length, mtu, fault }: Cutting): Datagram {
    return this.group.kinds[kind]!.datagramFor(length, mtu, fault)
  }

  #cut(kind: number, cutting: Cutting, twice: number | null): readonly Place[] {
    const name = [kind, cutting.length, cutting.mtu, cutting.fault, twice].join(' ')
    const known = this.#places.get(name)
    if (known) return known
    const pieces = piecesOf(this.#datagram(kind, cutting), cutting, twice)
    const places = pieces.map(piece => this.#place(piece, kind, cutting.fault))
    this.#places.set(name, places)
    return places
  }

  #place(piece: Piece, kind: number, fault: FragmentFault): Place {
    const key = keyOf(piece, kind, fault)
    const { fields, signature, match } = piece
    const lists = { templates: [], sequence: [], at: [], trains: [], numbers: [] }
    const member = this.#members.get(key) ?? { kind, fault, fields, signature, match, ...lists }
    this.#members.set(key, member)
    const template = member.templates.push({ bytes: piece.bytes, checksums: piece.checksums }) - 1
    return { member, template }
  }
}

/** Of what all frames of a member have in common. */
function keyOf({ fields, checksums, signature, match }: Piece, kind: number, fault: FragmentFault): string {
  return JSON.stringify([
    kind,
    fault,
    signature,
    match && [match.offset, [...match.mask], [...match.value]],
    fields.map(({ name, offset, clip, sums }) => [name, offset, clip, sums]),
    checksums.map(({ bad, hidden, sums }) => [bad, hidden, sums]),
  ])
}
