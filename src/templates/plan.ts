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

import type { Account } from './plan-account.js'
import type { Column, FieldProgram } from './plan-fields.js'
import type { Template } from './plan-frames.js'

export type * from './plan-account.js'
export type * from './plan-fields.js'
export type * from './plan-frames.js'
export type { Member, Places }

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
