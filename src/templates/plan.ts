/**
 * The Plan: plain data between the compiler and the native core. Packet i of a stream is a pure function of
 * (plan, stream, i); nothing in here depends on the number of queues, on the backend or on time.
 */
import type { Expectation, PortSpec, Rate, Safety, YamlPath } from '../profile/model.js'

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
  rate: Rate
  count: number | null
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
