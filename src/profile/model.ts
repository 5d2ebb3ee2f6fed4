/**
 * The checked form of a profile: what `load` hands to `compile`. Quantities are parsed (bigint values,
 * nanoseconds, bytes with FCS); nothing here is a string that still has to be understood.
 */

import type { GivenRate, Load } from '../units/load.js'
import type { Rate } from '../units/rate.js'

export type { GivenRate, Load, Rate }

/** Where in the YAML document something stands, e.g. `['streams', 0, 'layers', 1, 'ipv4', 'src']`. */
export type YamlPath = readonly (string | number)[]

/**
 * What a header field holds in packet i. All kinds are seekable: the value is a pure function of
 * (seed, stream, field, i). `low`..`high` are inclusive, both in the field's own integer domain.
 * `every` = how many consecutive packets share one value (1: a new value in each packet).
 */
export type ValueSpec =
  | { kind: 'literal'; value: bigint }
  | { kind: 'inc' | 'dec'; low: bigint; high: bigint; step: bigint; every: bigint }
  | { kind: 'random'; low: bigint; high: bigint; every: bigint }
  | { kind: 'permute'; low: bigint; high: bigint; every: bigint }
  | { kind: 'list'; values: readonly bigint[]; every: bigint }

/** One protocol layer as written: `name` is a key of the header registry, only given fields are present. */
export interface LayerSpec {
  name: string
  fields: Readonly<Record<string, ValueSpec>>
  /** Literal bytes of a `payload` layer, repeated or cut to the room that the frame size leaves. */
  bytes?: Uint8Array
}

/** Frame sizes in bytes, FCS included (RFC 2544 section 9). `weights` gives an exact repeating order. */
export type FrameSpec =
  | { kind: 'fixed'; frameBytes: number }
  | { kind: 'imix'; sizes: readonly { frameBytes: number; weight: number }[] }

export interface StreamSpec {
  name: string
  frame: FrameSpec
  layers: readonly LayerSpec[]
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
  /** Names of ports. `rx` undefined: nobody listens, and frames carry no signature. */
  tx: string
  rx?: string
  /** false: never write nmgen's signature, even when a receiver listens and the frame has room. */
  signature: boolean
}

/** How streams that share a rate take turns. */
export interface Mix {
  /** Packets of one stream that stand together before the next stream's turn. */
  runLength: number
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
  /** The network is an isolated lab: sources that are not ours may be used. */
  lab: boolean
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
  /** CPUs for the workers, in the order TX queues, then RX queues. */
  cores?: readonly number[]
  streams: readonly StreamSpec[]
  expect: readonly Expectation[]
  safety: Safety
}
