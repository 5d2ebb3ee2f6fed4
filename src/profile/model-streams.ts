/** Of a profile: streams, and what they are cut into or read from. */
import type { Load } from '../units/load.js'
import type { FrameSpec, LayerSpec } from './model-layers.js'
import type { Places, YamlPath } from './model-places.js'
import type { FieldSpec, Generator, Variables } from './model-values.js'

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
