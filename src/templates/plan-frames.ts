/** Of the Plan: frames, and the checksums in them that vary. */
import type { FieldSum } from './plan-fields.js'

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
