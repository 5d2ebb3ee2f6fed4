/** Of a profile: what header fields hold, and variables. */
import type { Within } from './model-places.js'

/** Inclusive. */
export interface Range {
  low: bigint
  high: bigint
}

/**
 * A set of values, in the order in which `inc` takes them. `low` and `high` are its smallest and its largest value;
 * `ranges`, which do not overlap, are there where it is not all between them.
 */
export interface ValueSet extends Range {
  ranges?: readonly Range[]
}

/** What is drawn from a set. `every`: how many consecutive packets share one value (1: a new value in each packet). */
export type Generator =
  | { kind: 'inc' | 'dec'; step: bigint; every: bigint }
  | { kind: 'random' | 'permute'; every: bigint }
  /** The k-th value of the set has a probability proportional to k^-exponent. */
  | { kind: 'zipf'; exponent: number; every: bigint }

/**
 * What a header field holds in packet i. All kinds are seekable: the value is a pure function of
 * (seed, stream, field, i); of what a variable gives, of (seed, variable, i).
 */
export type ValueSpec =
  /** `resolve`: of a MAC address that is asked for when the run starts, and zero until then. */
  | { kind: 'literal'; value: bigint; resolve?: true }
  | (Generator & ValueSet)
  | { kind: 'list'; values: readonly bigint[]; every: bigint }
  /** Weights from 0; in the order of the values. */
  | { kind: 'weighted'; values: readonly bigint[]; weights: readonly bigint[]; every: bigint }
  | Reference
  /** A fixed function of another value that looks random. */
  | ({ kind: 'hash'; of: string } & Range)
  | Linked
  | Digit

/** What has a draw of its own. */
export type Drawn = Exclude<ValueSpec, Linked | Reference | Digit | { kind: 'literal' | 'hash' }>

/** `=name * times + plus`: a variable, a part of one, or another field of the stream. */
export interface Reference {
  kind: 'ref'
  name: string
  times: bigint
  plus: bigint
}

/**
 * What a reference becomes once the names are looked up (src/templates/link.ts); no profile is written so. With v the
 * value of `source`, or of its digit: floor(f(v)) * times + plus, modulo the width of the field. `low` and `high`
 * enclose the values.
 */
export interface Linked extends Range {
  kind: 'linked'
  /** Names the draw: fields with the same id and stream share it. */
  id: string
  follows: string
  source: Drawn
  /** Draw the set in the order of its permutation: a joint domain has no order of its own. */
  shuffle: boolean
  /** Of the profile, all streams share the draw; of a stream, it is its own. */
  shared: boolean
  /** The alternative in which the source stands. */
  within?: Within
  digit?: { div: bigint; mod: bigint } & ValueSet
  /** Names the function. */
  hash?: { name: string } & Range
  times: bigint
  plus: bigint
}

/**
 * A digit, in ASCII, of a number that stands in a text: floor(v / div) mod base. `of` is the number's name in the text.
 * Gone once the names are looked up, as a reference.
 */
export interface Digit {
  kind: 'digit'
  of: string
  value: NumberSpec
  div: bigint
  base: Base
  /** What all digits together can say. */
  most: bigint
}

export type Base = 10n | 16n

/** Drawn from 0 on or from a list; of a variable, the same. */
export type NumberSpec = Drawn | Reference

/** Decides how a variable's values are written. */
export type VariableType = 'uint' | 'mac' | 'ipv4' | 'ipv6'

/** One part of a joint domain. */
export interface VariablePart extends ValueSet {
  name: string
  type: VariableType
}

/** With `parts`, the values are the numbers of the combinations, of which the last part changes fastest. */
export interface VariableSpec {
  type: VariableType
  value: Drawn | { kind: 'literal'; value: bigint }
  parts?: readonly VariablePart[]
}

export type Variables = Readonly<Record<string, VariableSpec>>

/** One part of a field: the profile names it, or it has its number, from 1. */
export interface FieldPart {
  name: string
  bits: number
  value: ValueSpec
}

/** A field in parts, the highest bits first, each with a value of its own. */
export interface PartsSpec {
  kind: 'parts'
  parts: readonly FieldPart[]
}

/** A length, and how often it comes beside the others. */
export interface Length {
  length: number
  weight: bigint
}

/** A stretch of a text: as it is written, characters drawn one by one, or a number. */
export type StringPiece =
  | { kind: 'fixed'; bytes: Uint8Array }
  | {
      kind: 'chars'
      /** '' where the text is nothing else. */
      name: string
      alphabet: string
      /** Several: each packet has one of them. None: as long as there is room (payload). */
      lengths: readonly Length[]
      every: bigint
    }
  | { kind: 'number'; name: string; value: NumberSpec; digits: number; base: Base }

/** A text, or bytes, with places that vary. */
export interface StringSpec {
  kind: 'string'
  /** How the fixed places are written. */
  form: 'text' | 'bytes'
  pieces: readonly StringPiece[]
}

/**
 * What a profile gives for a field: also bytes of any length (hexadecimal, text, domain names), and how a checksum is
 * to come out (zero is the literal 0; `bad` is never right by accident).
 */
export type FieldSpec =
  | ValueSpec
  | PartsSpec
  | StringSpec
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'checksum'; mode: 'valid' | 'bad' }
