/**
 * The checked form of a profile: what `load` hands to `compile`. Quantities are parsed (bigint values,
 * nanoseconds, bytes with FCS); nothing here is a string that still has to be understood.
 */

import type { GivenRate, Load } from '../units/load.js'
import type { Pacing } from '../units/pacing.js'
import type { Rate } from '../units/rate.js'

export type { GivenRate, Load, Pacing, Rate }

/** Where in the YAML document something stands, e.g. `['streams', 0, 'layers', 1, 'ipv4', 'src']`. */
export type YamlPath = readonly (string | number)[]

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

/**
 * One protocol layer as written: `name` is a key of the header registry, only given fields are present. An item of a
 * list is written in the same form; its `name` is its kind.
 */
export interface LayerSpec {
  name: string
  fields: Readonly<Record<string, FieldSpec>>
  /** Options, segments, questions: in the order given. */
  lists?: Readonly<Record<string, readonly LayerSpec[]>>
  /** Literal bytes of a `payload` layer, repeated or cut to the room that the frame size leaves. */
  bytes?: Uint8Array
  /** What stands once at the beginning of a `payload` layer, and varies. */
  content?: StringSpec
  /** Of `choice`, which is no header, but what stands in its place: one of these. */
  choice?: readonly Alternative[]
  /** A choice that is all of its list, and written in its place. */
  alone?: boolean
  /** undefined: as what it stands in; a layer, as its stream. */
  within?: Within
  /** Where it stands in the profile, if that is not where it stands in the stream. */
  path?: YamlPath
}

export interface SizeWeight {
  frameBytes: number
  weight: number
}

/** One of the ways that a stream, or the options of a header, can go on; as often as it weighs. */
export interface Alternative {
  /** A whole number from 1. */
  weight: number
  /** Results are kept under it; without one, under its number. */
  name?: string
  /** Headers, or in a header the items of a list. */
  layers: readonly LayerSpec[]
  /** Instead of the stream's. */
  frame?: FrameSpec
  signature?: boolean
}

/** Frame sizes in bytes, FCS included (RFC 2544 section 9), and how packets take them. */
export type SizeSpec =
  | { kind: 'fixed'; frameBytes: number }
  /** In an exact repeating order, in which each comes as often as its weight says. */
  | { kind: 'imix'; sizes: readonly SizeWeight[] }
  | { kind: 'weighted'; sizes: readonly SizeWeight[] }
  | { kind: 'list'; frameBytes: readonly number[] }
  /** low, low + step, ... up to high. */
  | { kind: 'inc' | 'random'; low: number; high: number; step: number }

/**
 * With `of`, which names a layer of the stack, the sizes are those of the packet from this layer on, without the FCS: the
 * frame is as much larger as what stands around it. Frames that come out too short for Ethernet are padded (RFC 894).
 */
export type FrameSpec = SizeSpec & { of?: string }

export type FragmentOrder = 'forward' | 'reverse' | 'shuffle'

export type FragmentFault =
  | 'none'
  | 'missing_last'
  | 'missing_first'
  | 'duplicate'
  | 'overlap'
  | 'tiny_first'
  | 'oversize_end'

/** How often each value comes, exactly, in an order that repeats. */
export type Weighted<T> = readonly { value: T; weight: number }[]

/** Datagrams are sent as trains of fragments. */
export interface FragmentSpec {
  /** Of the link behind: the longest IP packet. */
  mtu: Weighted<number>
  order: Weighted<FragmentOrder>
  fault: Weighted<FragmentFault>
  /** Trains whose fragments take turns. */
  interleave: number
}

/**
 * Some of the packets of a cycle: the i-th of them all is number floor(i / places.length) * cycle
 * + places[i mod places.length]. The places are below `cycle`, and rise but for those of fragments, which share the number
 * of their datagram.
 */
export interface Places {
  cycle: number
  places: readonly number[]
}

/**
 * What stands inside an alternative draws once for each packet that has this alternative, in whichever member, so that
 * `inc`, `list` and `permute` leave no value out; what stands outside draws for each packet of the stream (the places of
 * the member). Has as many places as the member.
 */
export interface Within extends Places {
  /** Names the draws, so that those of two alternatives are unrelated. */
  name: string
}

/**
 * Frames of one layout of a stream that has several: which of its packets they are. A stream is taken apart into members
 * before it is compiled (src/templates/expand.ts); they keep its name, draw from its generators, and share its counts.
 */
export interface Member extends Places {
  /** The alternatives that it stands for, outermost first, e.g. `['hopopts', 'tcp']`: results are kept for each. */
  labels: readonly string[]
  /**
   * On the wire, it is the stream's frame floor(i / at.length) * slots + at[i mod at.length]. `slots` is more than
   * `cycle` where a packet takes several frames, as fragments do; else they are the same, and so are `at` and `places`.
   */
  slots: number
  at: readonly number[]
}

/** What a field of captured packets is to hold; `path` leads to it from the stream's `set` on. */
export interface Rewrite {
  /** As fields are called in a frame: `ipv4.src`, of the second header of its kind `ipv4.2.src`. */
  name: string
  spec: FieldSpec
  path: YamlPath
}

/** Packets of a capture file. */
export interface CaptureSpec {
  /** As the profile has it: from its folder on. */
  file: string
  /** Indices in the file, from 0, inclusive; undefined: all packets. */
  only?: readonly { low: number; high: number }[]
  /** Sent with its own gaps, so many times as fast; undefined: by the stream's rate. */
  speed?: number
  loops?: number
  /** undefined: computed anew in the packets that `set` changes. */
  checksums?: 'fix' | 'keep'
  set: readonly Rewrite[]
}

export interface StreamSpec {
  name: string
  /** undefined: all frames of the stream have this layout. Streams of the same name are the members of one. */
  member?: Member
  /** With `fragment`, of the datagram before it is cut. The packets of a capture have their own sizes. */
  frame: FrameSpec | { kind: 'captured' }
  fragment?: FragmentSpec
  /** None where there is a capture. */
  layers: readonly LayerSpec[]
  capture?: CaptureSpec
  /** Hide those of the profile. Its draws are the stream's own. */
  vars?: Variables
  /** Draws a variable's set otherwise than the variable says. */
  pick?: Readonly<Record<string, Generator>>
  /** Its own, or where `share` is set the total of which it has a part. */
  rate: Load
  /** Percent of the profile's total rate, 0 < share <= 100. */
  share?: number
  /** Frames to send in all, over every queue; undefined: until the duration ends. */
  count?: number
  /** How long it waits: from the run's start, or from the end of the streams that it follows. */
  startNs?: number
  /** How long it sends. */
  forNs?: number
  /** Names of the streams that must have sent all they had before this one starts. */
  after?: readonly string[]
  /** Results are kept for each value of these fields together; undefined: for the stream as a whole only. */
  account?: readonly string[]
  /** `account` is the profile's. */
  accountShared?: boolean
  /** Names of ports. `rx` undefined: nobody listens, and frames carry no signature unless `signAlways`. */
  tx: string
  rx?: string
  /** false: never write nmgen's signature, even when a receiver listens and the frame has room. */
  signature: boolean
  /** The profile asks for it: also where no port of this run listens, for a receiver elsewhere. */
  signAlways?: boolean
  /** The alternative in which `frame` stands, if it is not the stream itself. */
  frameIn?: YamlPath
}

/** A stream that is made of layers. */
export type LaidOut = StreamSpec & { frame: FrameSpec }

/** How streams that share a rate take turns. */
export interface Mix {
  /** Packets of one stream that stand together before the next stream's turn. */
  runLength: number
}

export interface IpAddress {
  kind: 'ipv4' | 'ipv6'
  address: bigint
}

/** With the length of its network's prefix. */
export interface PortAddress extends IpAddress {
  length: number
}

export interface PortSpec {
  name: string
  /** `backend:device[,key=value...]`, e.g. `loop:lab`, `dpdk:net_null0,size=60`. */
  uri: string
  /** TX queues, one worker each. */
  txQueues: number
  /** RX queues, one worker each. */
  rxQueues: number
  /** Further arguments for the backend's environment (DPDK: EAL arguments). */
  args: readonly string[]
  /** Of the port itself: it answers for them, and asks for neighbours in their name. */
  addresses?: readonly PortAddress[]
  /** For what lies outside of the networks of `addresses`. */
  gateways?: readonly IpAddress[]
  /** undefined: the device's own. */
  mac?: bigint
}

/** One line of `expect:`; `metric` is a flat metric or `streams.<name>.<metric>`; value in the metric's unit. */
export interface Expectation {
  text: string
  metric: string
  op: '<' | '<=' | '==' | '!=' | '>=' | '>'
  value: number
  path: YamlPath
}

export interface Safety {
  /** Prefixes beyond the benchmark, private, documentation and loopback ranges that may be sent to. */
  allow: readonly string[]
  /** Interfaces that carry the default route and may be used all the same. */
  interfaces: readonly string[]
  /** The network is an isolated lab: sources that are not ours, and floods of broadcasts, may be sent. */
  lab: boolean
}

/** What `nmgen find` looks for: the values of its options, in the texts that they take. */
export interface FindSpec {
  method?: string
  preset?: string
  /** `NAME: CONDITION, CONDITION`. */
  goals?: readonly string[]
  width?: string
  trial?: string
  repeat?: string
  min?: string
  max?: string
  fixed?: readonly string[]
  /** With commas between them, as are the directions. */
  sizes?: string
  directions?: string
  warm_up?: string
  pause?: string
  timeout?: string
}

export interface Profile {
  version: 1
  name: string
  description?: string
  seed: number
  ports: readonly PortSpec[]
  durationNs?: number
  /** Of all streams with a share together. */
  rate?: Load
  mix?: Mix
  pacing: Pacing
  /** One signed packet in so many is sent alone, and only those are timed; undefined: all are, sent in bursts. */
  latencySample?: number
  /** CPUs for the workers, in the order TX queues, then RX queues. */
  cores?: readonly number[]
  /** Shared by all streams: packet i of each draws the same. */
  vars?: Variables
  /** Of every stream that has no `account` of its own. */
  account?: readonly string[]
  streams: readonly StreamSpec[]
  expect: readonly Expectation[]
  find?: FindSpec
  safety: Safety
}
