/** Of the Plan: the programs that say what varies. */
import type { Places } from '../profile/model.js'

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
