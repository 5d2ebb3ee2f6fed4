/**
 * The Plan: plain data between the compiler and the native core. Packet i of a stream is a pure function of
 * (plan, stream, i); nothing in here depends on the number of queues, on the backend or on time.
 */
import type {
  Expectation,
  Load,
  Member,
  Pacing,
  Places,
  PortSpec,
  Safety,
  YamlPath,
} from '../profile/model.js'

export type { Member, Places }

/**
 * A checksum to be finished per packet. `sum` is 16 bits of one's complement (RFC 1071):
 *
 *     ~fold(base + sum over the fields and sites that name it of (value << shift, and << 8 more where `high`))
 *
 * `crc32c` is 32 bits over the finished bytes start..end-1, its own four as zeros, least significant byte first (RFC 9260
 * appendix A). A `bad` one is sent as c ^ 1, or as 2 where that is 0: never right, and never "no checksum".
 *
 * Sites are finished in their order, which is from the inside out. One that nothing varying reaches is finished once per
 * template.
 */
export interface ChecksumSite {
  kind: 'sum' | 'crc32c'
  /** Byte offset of the checksum in the frame. */
  offset: number
  /** Another fragment of the datagram holds it: this frame only needs its value, for the sums around it. */
  hidden: boolean
  /** The sum, folded to 16 bits, of the covered template bytes and the static part of the pseudo-header. */
  base: number
  /** Send 0xffff for a computed 0 (UDP). */
  zeroIsAllOnes: boolean
  bad: boolean
  /** The bytes that it covers; a pseudo-header lies before them. */
  start: number
  end: number
  /** The later sites in which its bytes, as they are sent, count: the sums of tunnels around it. */
  sums: readonly FieldSum[]
}

/** One frame size of a stream, without the FCS. */
export interface Template {
  /** Static bytes are final; the bits of varying fields and the checksum sites are zero. */
  bytes: Uint8Array
  checksums: readonly ChecksumSite[]
}

export type FieldOp = 'inc' | 'random' | 'permute' | 'list' | 'weighted' | 'zipf'

/**
 * One varying field. Its value in packet i is found in four steps; n = floor(i / every), mix and GAMMA are those of
 * SplitMix64 (Steele, Lea, Flood 2014), r = mix(key + (n+1)*GAMMA), and arithmetic wraps at 2^64 where nothing is said.
 * In a member of a stream, i is not the packet's own number, but its number in the stream or in an alternative of it:
 * see `numbers`.
 *
 * 1. The draw: a number x of [0, size).
 *
 *     inc       x = ((key mod size) + n * step) mod size
 *     random    x = floor(r * size / 2^64); where size > 2^64: floor((r * 2^64 + mix(r + GAMMA)) * size / 2^128)
 *     permute   x = P_key(n mod size)              P_key: a keyed bijection of [0, size), see draw_permute
 *     list      x = n mod size
 *     weighted  c = floor(r * columns / 2^64), then the column c or its `other`: see Column
 *     zipf      the same
 *
 *    Where `shuffle` is set, x becomes P_key(x): the most frequent values are spread over the set.
 *
 * 2. The digit of a joint domain, y = floor(x / div) mod mod; without `digit`, y = x.
 *
 * 3. The value, v = values[y] where there are values, else v = y * scale + low modulo 2^128. Where there are segments,
 *    `low` is that of the last one whose `from` <= y.
 *
 * 4. Where `hash` is set, v = floor(h * hash.size / 2^64) * hash.scale + hash.low modulo 2^128, with
 *    h = mix(mix(hash.key + (v mod 2^64)) + floor(v / 2^64)): a fixed function of v that only looks random.
 *
 * The field holds v mod 2^bits; with `high`, floor(v / 2^64) mod 2^bits: the upper part of a field of more than 64
 * bits, which takes two programs, `ipv6.src.high` and `ipv6.src`.
 *
 * For inc, key is where it starts: 0 counts up from low. dec is inc with key = size - 1 and step = size - step, so
 * packet 0 holds the highest value. 0 <= step < size.
 *
 * The value is stored big-endian in `bytes` bytes at `offset`, shifted left by `shift`, under a mask of `bits` bits.
 */
export interface FieldProgram {
  /** For people: `ipv4.src`. Unique in its stream: a second vlan is `vlan.2.id`. */
  name: string
  offset: number
  /** 1..8 */
  bytes: number
  shift: number
  bits: number
  /**
   * In a fragment of a datagram: which of the `bytes` bytes stand in this frame, the first of them at `offset`; none
   * where from == to. In sums it is the whole value that counts. null: all of them.
   */
  clip: Clip | null
  /** Programs of a stream with the same number have the same draw: it is made once for all of them. */
  draw: number
  op: FieldOp
  /**
   * null: those of the stream's member, or the packet's own. Else, in packet j of the member, what is drawn for is
   *
   *     i = floor(j / places.length) * cycle + places[j mod places.length]
   *
   * As many places as the member has; the same for all programs of a draw.
   */
  numbers: Places | null
  /** 1..2^64; above that, up to 2^128, only for random. */
  size: bigint
  step: bigint
  every: bigint
  key: bigint
  /** weighted and zipf only, at most 65,536. */
  columns: readonly Column[]
  shuffle: boolean
  digit: Digit | null
  /** Of 64 bits; y never reaches values.length. Then scale is 1, low is 0, and there are no segments and no hash. */
  values: readonly bigint[]
  /** Modulo 2^128. */
  scale: bigint
  low: bigint
  segments: readonly Segment[]
  hash: Hash | null
  high: boolean
  /** For people: the variable or field that this one follows, as `flow.src`; null: it has a draw of its own. */
  follows: string | null
  /** The checksums that cover the field (indices into Template.checksums, the same in every template of the stream). */
  sums: readonly FieldSum[]
}

/** Bytes from..to-1. */
export interface Clip {
  from: number
  to: number
}

/** One digit of a number in mixed radix; mod 0 stands for no bound. div >= 1. */
export interface Digit {
  div: bigint
  mod: bigint
}

/** In order; the first one is from 0. */
export interface Segment {
  from: bigint
  low: bigint
}

/** scale and low are modulo 2^128, size is 1..2^64. */
export interface Hash {
  key: bigint
  size: bigint
  scale: bigint
  low: bigint
}

/**
 * A column of an alias table (Walker 1977): with f = r * columns mod 2^64, the fraction that chose the column, it is
 * this one where f < threshold, else column `other`. The column chosen is a run of `count` values, of which it takes
 *
 *     x = first + floor(mix(r + GAMMA) * count / 2^64)
 *
 * or, where `falling` is set, the smaller of this and the same with mix(r + 2*GAMMA), which falls in a straight line.
 */
export interface Column {
  threshold: bigint
  other: number
  first: bigint
  /** 1..2^63; first + count <= size. */
  count: bigint
  falling: boolean
}

/** How a field counts in a checksum. */
export interface FieldSum {
  site: number
  /** The last byte of the field's container is at an even offset of the sum: the value counts shifted left by 8. */
  high: boolean
}

/**
 * 18 bytes, big-endian: magic 'NM', stream u16, packet index u32, run u16, TX time u48 (ns), and a compensator u16 that
 * makes their one's-complement sum 0xffff, so that they add nothing to any checksum whatever index and time they carry.
 * The run is a number drawn at its start. Where a share of the packets is sent alone (`latencySample`), the lowest bit of
 * the time is 1 in those and 0 in the others. So the sum stays right, and the packet's name with it, through a device that
 * rewrites addresses, ports, TTL or DSCP, or puts headers before it.
 */
export const SIGNATURE_BYTES = 18
export const SIGNATURE_MAGIC = 0x4e4d

/** Recognises frames that have no room for a signature: (frame[offset+k] & mask[k]) == value[k] for all k. */
export interface MatchRule {
  offset: number
  value: Uint8Array
  mask: Uint8Array
}

/**
 * Due times of their own, as those of a capture: packet i of the stream is due at
 *
 *     floor(i / offsetsNs.length) * cycleNs + offsetsNs[i mod offsetsNs.length]
 *
 * Offsets begin at 0, never fall, and are below `cycleNs`.
 */
export interface Trace {
  offsetsNs: readonly number[]
  cycleNs: number
}

/**
 * Frame sizes at random. With r = mix(key + (i+1)*GAMMA) as in a field program, where i is counted as in one, and T
 * templates, packet i uses template c = floor(r * T / 2^64). Where there are columns, one for each template, it does so
 * only if r * T mod 2^64 is below
 * columns[c].threshold, and uses template columns[c].other if not.
 */
export interface SizeDraw {
  key: bigint
  columns: readonly Pick<Column, 'threshold' | 'other'>[]
}

/** Of 802.1Q or 802.1ad; `header` names its table. */
export interface Tag {
  header: 'vlan' | 'svlan'
  id: number
}

/** Whose MAC address is `dst`, the first six bytes of every template, which are zero until it has answered. */
export interface Neighbour {
  kind: 'ipv4' | 'ipv6'
  address: bigint
  /** The port's own address, in whose name it is asked. */
  from: bigint
  /** The VLAN in which it is, outermost first. */
  tags: readonly Tag[]
  /** The profile gives no `src`: it is the port's own. */
  setsSource: boolean
  path: YamlPath
}

/**
 * Frames of one layout, with a number in the signature and counters of their own. A stream of the profile is one of
 * these, or several with the same name, its members.
 */
export interface StreamPlan {
  id: number
  name: string
  path: YamlPath
  /**
   * null: all of the stream. Else packet i of this member draws as packet
   *
   *     floor(i / places.length) * cycle + places[i mod places.length]
   *
   * of the stream, but for fields that stand in an alternative (FieldProgram.numbers). A `sequence` of sizes and the
   * signature go by i itself. Of n shards, (i + places[0]) mod n sends it, so that what does not fill a cycle is spread
   * over all of them; of a stream without members, i mod n.
   */
  member: Member | null
  templates: readonly Template[]
  /** Packet i uses templates[sequence[i mod sequence.length]]; empty where `sizeDraw` decides. */
  sequence: readonly number[]
  sizeDraw: SizeDraw | null
  fields: readonly FieldProgram[]
  /** Byte offset of the signature, or null: no receiver (and none meant), no room, or switched off. */
  signature: number | null
  /** Set where signature is null and rx is set. */
  match: MatchRule | null
  /** What the stream asks for, a share of a total already taken, all its members together; rate.ts says it in packets. */
  rate: Load
  /** Set where the packets have due times of their own; `rate` is then their mean. */
  trace: Trace | null
  /**
   * Percent of the profile's total rate, or null: the rate is its own. Streams of one total take turns in one cycle, as
   * often as their shares say (for a total in bits: as often as makes those bits), so shares are exact over a cycle. Of
   * `line`, a share is one of packets.
   */
  share: number | null
  /** Packets that it sends in each of its turns, where streams take turns. */
  runLength: number
  /** Of its random times (`poisson`): see key.ts. The same for all streams of a total on one port. */
  paceKey: bigint
  /** Packets to send in all; of a member, its part of the stream's. */
  count: number | null
  /** When it starts, in ns after the run's start, or after the last of `after` has ended. */
  startNs: number
  /** How long it sends at most; null: until the run ends. */
  forNs: number | null
  /**
   * Ids of streams of the same port (the first member's stands for all) that must have ended: their count sent, or their
   * time over. Each queue goes on when its own share of them is done; queues do not wait for each other.
   */
  after: readonly number[]
  tx: string
  rx: string | null
  /** Of `dst: resolve`. */
  neighbour?: Neighbour
  /** Which group each packet is in, where the profile asks for results of groups. */
  account?: Account
}

/**
 * Groups of a stream's packets. Packet i is in the cell whose number is the sum of the 64-bit words of the frame that
 * `frames`, `sequence`, `sizeDraw` and `programs` make for it, as those of the stream make its own.
 */
export interface Account {
  /** As the profile names them. */
  fields: readonly string[]
  /** Of each cell the name of its group, such as `vlan.priority=5`; several cells may have the same. */
  groups: readonly string[]
  /** After so many packets the cells come again in the same order; 0: they do not, or it takes too long. */
  period: number
  frames: readonly Uint8Array[]
  sequence: readonly number[]
  sizeDraw: SizeDraw | null
  programs: readonly FieldProgram[]
  /** Of frames without a signature, where they show their groups. */
  keys?: GroupKeys
}

/** A frame is in the cell c with (frame[offsets[k]] & masks[k]) == values[c * offsets.length + k] for all k. */
export interface GroupKeys {
  offsets: readonly number[]
  masks: readonly number[]
  values: Uint8Array
}

export interface Plan {
  format: 1
  name: string
  seed: number
  streams: readonly StreamPlan[]
  ports: readonly PortSpec[]
  durationNs: number | null
  cores: readonly number[] | null
  expect: readonly Expectation[]
  /** Fields by which the packets of all streams that have no account of their own are grouped. */
  account?: readonly string[]
  pacing: Pacing
  /** Of each stream and queue, one signed packet in so many is sent alone, and only those are timed. */
  latencySample?: number
  safety: Safety
}
