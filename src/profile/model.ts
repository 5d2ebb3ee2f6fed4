/**
 * The checked form of a profile: what `load` hands to `compile`. Quantities are parsed (bigint values,
 * nanoseconds, bytes with FCS); nothing here is a string that still has to be understood.
 */

import type { GivenRate, Load } from '../units/load.js'
import type { Pacing } from '../units/pacing.js'
import type { Rate } from '../units/rate.js'
import type { YamlPath } from './model-places.js'
import type { StreamSpec } from './model-streams.js'
import type { Variables } from './model-values.js'

export type * from './model-layers.js'
export type * from './model-places.js'
export type * from './model-streams.js'
export type * from './model-values.js'
export type { GivenRate, Load, Pacing, Rate }

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
