/**
 * The Plan: plain data between the compiler and the native core. Packet i of a stream is a pure function of
 * (plan, stream, i); nothing in here depends on the number of queues, on the backend or on time.
 */
import type { Expectation, Load, PortSpec, Safety, YamlPath } from '../profile/model.js'

/**
 * A 16-bit one's-complement checksum (RFC 1071) to be finished per packet:
 *
 *     ~fold(base + sum over the fields that it covers of (value << shift, and << 8 more where `high`))
 *
 * A site that no varying field covers is finished once per template.
 */
export interface ChecksumSite {
  /** Byte offset of the checksum in the frame. */
  offset: number
  /** The sum, folded to 16 bits, of the covered template bytes and the static part of the pseudo-header. */
  base: number
  /** Send 0xffff for a computed 0 (UDP). */
  zeroIsAllOnes: boolean
}

/** One frame size of a stream, without the FCS. */
export interface Template {
  /** Static bytes are final; the bits of varying fields and the checksum sites are zero. */
  bytes: Uint8Array
  checksums: readonly ChecksumSite[]
}

export type FieldOp = 'inc' | 'random' | 'permute' | 'list'

/**
 * One varying field. For packet i, with n = floor(i / every):
 *
 *     inc      low + ((key mod size) + n * step) mod size
 *     random   low + floor(mix(key + (n+1)*GAMMA) * size / 2^64)     mix, GAMMA: SplitMix64, Steele et al. 2014
 *     permute  low + P_key(n mod size)            P_key: a keyed bijection of [0, size)
 *     list     values[n mod values.length]
 *
 * For inc, key is where it starts: 0 counts up from low. dec is inc with key = size - 1 and step = size - step, so
 * packet 0 holds the highest value. 0 <= step < size.
 *
 * A field of more than 64 bits is one program on its low 8 bytes, or two: `ipv6.src.high` and `ipv6.src`.
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
  op: FieldOp
  /** 0 <= low < 2^64; low + size - 1 fits in `bits`. */
  low: bigint
  /** Number of values, 1..2^64 (2^64 only for random and inc). */
  size: bigint
  step: bigint
  every: bigint
  key: bigint
  values: readonly bigint[]
  /** The checksums that cover the field (indices into Template.checksums, the same in every template of the stream). */
  sums: readonly FieldSum[]
}

/** How a field counts in a checksum. */
export interface FieldSum {
  site: number
  /** The last byte of the field's container is at an even offset of the sum: the value counts shifted left by 8. */
  high: boolean
}

/**
 * 18 bytes, big-endian: magic 'NM', stream u16, packet index u32, TX time u64 (ns), and a compensator u16 that makes
 * their one's-complement sum 0xffff, so that they add nothing to any checksum whatever index and time they carry.
 */
export const SIGNATURE_BYTES = 18
export const SIGNATURE_MAGIC = 0x4e4d

/** Recognises frames that have no room for a signature: (frame[offset+k] & mask[k]) == value[k] for all k. */
export interface MatchRule {
  offset: number
  value: Uint8Array
  mask: Uint8Array
}

export interface StreamPlan {
  id: number
  name: string
  path: YamlPath
  templates: readonly Template[]
  /** Packet i uses templates[sequence[i mod sequence.length]]. */
  sequence: readonly number[]
  fields: readonly FieldProgram[]
  /** Byte offset of the signature, or null: no receiver, no room, or switched off. */
  signature: number | null
  /** Set where signature is null and rx is set. */
  match: MatchRule | null
  /** What it asks for, a share of a total already taken; rate.ts says it in packets. */
  rate: Load
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
  count: number | null
  /** When it starts, in ns after the run's start, or after the last of `after` has ended. */
  startNs: number
  /** How long it sends at most; null: until the run ends. */
  forNs: number | null
  /**
   * Ids of streams of the same port that must have ended: their count sent, or their time over. Each queue goes on when
   * its own share of them is done; queues do not wait for each other.
   */
  after: readonly number[]
  tx: string
  rx: string | null
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
  safety: Safety
}
