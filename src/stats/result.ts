/** The document that a run ends with, schema `nmgen.result/1`. Plain JSON: reports are written from it alone. */

import type { StopReason } from '../gen/snapshot.js'
import type { Expectation, Load } from '../profile/model.js'
import type { Metrics } from '../units/metrics.js'
import type { AccountResult } from './accounts.js'

export const RESULT_SCHEMA = 'nmgen.result/1'

export type Verdict = 'pass' | 'fail' | 'invalid' | 'broken' | 'interrupted'

/**
 * What kept more packets from coming through, told from counters only (limit.ts). Of sending: the schedule, the wire, a
 * ring that was full, the system calls of the backend, or nmgen itself. Of what was sent: our own receiver, or the device
 * under test. null: nothing was sent.
 */
export type LimitedBy = 'pacing' | 'link' | 'ring' | 'kernel' | 'generator' | 'receiver' | 'device' | null

export interface Warning {
  code: string
  message: string
  /** What to do about it. */
  advice?: string
}

export interface Threshold {
  text: string
  metric: string
  op: Expectation['op']
  limit: number
  measured: number | null
  passed: boolean
  /** Why a threshold failed that has no measured value, or which of many groups made it fail. */
  reason?: string
}

/** Gaps between two packets that follow each other, against what the schedule asked for. Shares of `gaps`. */
export interface Gaps {
  gaps: number
  within_64_ns: number
  within_128_ns: number
  within_256_ns: number
  within_512_ns: number
  within_1024_ns: number
  /** Packets that came within a tenth of their gap behind the one before. */
  micro_bursts: number
}

/** By the stamps of sending, and where somebody receives by those of receiving. */
export interface Accuracy {
  departures: Gaps
  arrivals: Gaps | null
}

/** Latency of a ring in memory between nmgen's own loops, measured before the run (`--calibrate`), in nothing subtracted. */
export interface Calibration {
  samples: number
  min_ns: number | null
  mean_ns: number | null
  p50_ns: number | null
  p99_ns: number | null
  max_ns: number | null
}

export interface StreamResult extends Metrics {
  asked: Load
  /** How the receiver knows all frames of the stream: by a signature, some only by matching bytes, or not at all. */
  measured_by: 'signature' | 'match' | null
  /** Of one alternative of a stream, whose name this is. It is in that stream's numbers already. */
  part_of?: string
}

export interface TxQueueResult {
  direction: 'tx'
  port: string
  queue: number
  cpu: number | null
  /** Why this one, in a few words. */
  cpu_reason: string
  tx_packets: number
  tx_bytes: number
  tx_pps: number | null
  tx_bps_l1: number | null
  tx_bps_l2: number | null
  duration_s: number | null
  bursts: number
  ring_full: number
  ring_full_ns: number
  late_packets: number
  max_late_ns: number
  unsent: number
  /** Of `unsent`, those that were too late to be sent. */
  skipped: number
  longest_stall_ns: number
  /** Above 0 the device was asked to send each packet when it is due, and got it so long before: then nobody has seen when it left. */
  lead_ns: number
  cycles_per_packet: number | null
}

export interface RxQueueResult {
  direction: 'rx'
  port: string
  queue: number
  cpu: number | null
  /** Why this one, in a few words. */
  cpu_reason: string
  /** Every frame that was fetched, also those of no stream. */
  rx_packets: number
  rx_bytes: number
  rx_pps: number | null
  unknown: number
  /** Frames that asked for the port's own address (ARP, neighbour solicitation, ping); not among `rx_packets`. */
  own_requests: number
  device_drops: number
  duplicates: number
  reordered: number
  corrupted: number
  stale: number
}

export type QueueResult = TxQueueResult | RxQueueResult

export interface PortResult {
  name: string
  uri: string
  backend: string
  link_bps: number | null
  facts: Readonly<Record<string, string>>
  tx_packets: number
  tx_bytes: number
  rx_packets: number
  rx_bytes: number
  unknown: number
  own_requests: number
  device_drops: number
  /** What the device counted itself, everybody's traffic included; empty where it does not. */
  counters: Readonly<Record<string, number>>
}

/** How a CPU of a queue was used while packets were sent, in seconds. */
export interface CpuTimeResult {
  cpu: number
  /** That were looked at. */
  seconds: number
  /** That the hypervisor gave to other machines. */
  steal_s: number
  /** That threads of other processes, and of the kernel, ran there. */
  others_s: number
}

export interface Environment {
  nmgen: string
  node: string
  kernel: string
  os: string
  arch: string
  host: string
  cpu_model: string | null
  cpus: number
  /** Those that nmgen could run on (affinity, cpuset). */
  cpus_allowed: readonly number[]
  cpus_isolated: readonly number[]
  /** CPUs' worth of time that the control group grants; null: no limit. */
  cpu_quota: number | null
  numa_nodes: number
  memory_bytes: number
  hugepages: readonly { size_bytes: number; total: number; free: number }[]
  /** Frequency governor of the first CPU; null in most virtual machines. */
  governor: string | null
  clock_source: string | null
  virtual_machine: boolean
  container: boolean
}

/** What the packets of a stream were: the profile alone does not say it. */
export interface CaptureResult {
  file: string
  bytes: number
  sha256: string
}

export interface ProfileResult {
  name: string
  file: string
  /** Of the text of the file, before any override. */
  sha256: string
  /** The files that its streams replay, by the names that it has for them. */
  captures: readonly CaptureResult[]
  seed: number
  /** Flags and variables that changed the profile, as they were given. */
  overrides: Readonly<Record<string, string>>
  /** The profile as it ran, in the language of profiles, every default written out. */
  resolved: unknown
}

export interface Result {
  schema: typeof RESULT_SCHEMA
  verdict: Verdict
  stopped: StopReason
  limited_by: LimitedBy
  started_at: string
  metrics: Metrics
  /** Where only a share is timed: one packet in so many, which was sent in a burst of its own. */
  latency_sample?: number
  /** How evenly paced streams were sent; null: none was. */
  accuracy: Accuracy | null
  calibration?: Calibration
  thresholds: readonly Threshold[]
  warnings: readonly Warning[]
  /** Made by hand: from then on what has a rate was asked for `factor` times what the profile asks for. */
  rate_changes?: readonly { t_s: number; factor: number }[]
  /** Set where the verdict is `broken`, or a late packet ended the run. */
  error?: { code: string; message: string; hint?: string }
  /** By name; alternatives of a stream follow it as `STREAM.LABEL`. */
  streams: Readonly<Record<string, StreamResult>>
  /** Where the profile asks for groups (`account`). */
  accounts?: readonly AccountResult[]
  ports: readonly PortResult[]
  queues: readonly QueueResult[]
  /** One entry a CPU; absent where a run was too short to be looked at. */
  cpus?: readonly CpuTimeResult[]
  profile: ProfileResult
  environment: Environment
  /** Only of what `nmgen report --merge` has added up: of shards that ran together, or of runs one after the other. */
  merged?: Merged
}

export interface Merged {
  of: 'shards' | 'repeats'
  parts: readonly { name: string; file: string; started_at: string; verdict: Verdict; host: string }[]
}
