import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'

/** One argument that a backend understands in its URI, from the backend's own table. */
export interface BackendArgument {
  name: string
  doc: string
}

export interface BackendInfo {
  name: string
  doc: string
  /** Can it run here, now, by this user? */
  available: boolean
  /** Where it cannot: why, in one sentence, and the one command that would make it so. */
  reason?: string
  remedy?: string
  args: readonly BackendArgument[]
}

export interface NativeFailure {
  code: string
  message: string
  hint?: string
}

/** An open device, or why it did not open. `handle` is valid in every thread of this process until `close`. */
export type OpenResult =
  | {
      ok: true
      handle: number
      txQueues: number
      rxQueues: number
      linkBps: number
      facts: Record<string, string>
    }
  | ({ ok: false } & NativeFailure)

/** How the core sends a stream; see native/tx/layout.h and ahead.h. */
export interface StreamExplanation {
  stream: number
  /** Frame sizes, programs, and checksums that differ from packet to packet. */
  frames: number
  fields: number
  checksums: number
  signature: boolean
  /** A CRC is computed over each finished frame. */
  crc: boolean
  /** 64-bit words that hold all that varies; 0: each field is stored on its own. */
  words: number
  /** Its frames differ in nothing but those words and their length. */
  shared: boolean
  /** What varies in its packets repeats after so many and is made before the start: native/tx/prebuilt.h; 0: it is not. */
  period: number
  /** Its packets are rendered 32 at a time, ahead of their turns. */
  ahead: boolean
  /** It is like all others, and a burst of packets of different streams is rendered as if of one: native/tx/abreast.h. */
  abreast: boolean
}

export interface Footprint {
  /** For all streams together. */
  queue: number
  /** For each stream of the plan, in its order. */
  streams: readonly number[]
}

/** A ring (native/tx/timing.h) about the packets of a stream with index mod its stride == residue. */
export interface Source {
  stream: number
  residue: number
  ring: BigUint64Array
}

/** What the addon exports. Every page and plan is a typed array over memory that outlives the call. */
export interface Native {
  backends(): BackendInfo[]
  /**
   * Opens a device; `uris` names every device of this run, which DPDK must know before it starts. `maxFrame`: bytes of
   * the longest frame that will be sent on it, without FCS.
   */
  open(
    uri: string,
    txQueues: number,
    rxQueues: number,
    args: readonly string[],
    uris: readonly string[],
    maxFrame: number,
  ): OpenResult
  /** The device answers ARP, neighbour solicitations and pings for these addresses from now on; it needs a TX queue. */
  own(handle: number, mac: Uint8Array, addresses: readonly Uint8Array[]): NativeFailure | null
  /**
   * Before the workers start, on a device with addresses: sends a frame, answers what has come, and returns what a
   * neighbour may have said of itself.
   */
  attend(handle: number, frame: Uint8Array | null): Uint8Array[] | NativeFailure
  /** Returns what the device counted itself, e.g. `rx_missed`. */
  counters(handle: number): Record<string, number>
  close(handle: number): void
  /** Blocks until the work is done or page[0] becomes 1. Returns null, or why it broke. */
  runTx(handle: number, queue: number, plan: Uint8Array, page: BigUint64Array): NativeFailure | null
  runRx(
    handle: number,
    queue: number,
    plan: Uint8Array,
    page: BigUint64Array,
    /** Where frames are to be kept (native/tx/tap.h): only those that the filter wants count then. */
    tap?: Uint8Array,
    filter?: string,
    /** Where it is known when packets were due. */
    sources?: readonly Source[],
  ): NativeFailure | null
  /** Counts values (ns) into the buckets of a histogram, as the loops do. */
  record(values: BigUint64Array, counts: BigUint64Array): NativeFailure | null
  /** Returns null, or why the text is no filter (pcap-filter(7)). */
  checkFilter(text: string): NativeFailure | null
  /** Frames first..first+count-1 of a stream, one after the other, each preceded by its length as u16 little-endian. */
  render(plan: Uint8Array, stream: number, first: bigint, count: number): Uint8Array
  /** Adds up how many of packets first..first+count-1 of a plan of one stream are in each of its groups. */
  tally(plan: Uint8Array, first: bigint, count: bigint, cells: BigUint64Array): NativeFailure | null
  /** How it would send each stream of a queue's plan. */
  explain(plan: Uint8Array): StreamExplanation[]
  /** Bytes that the loop of a queue with this plan takes from the heap, once, before its first packet. */
  footprint(plan: Uint8Array, direction: 'tx' | 'rx'): Footprint
  /** Pins the calling thread. Returns null, or why it could not. */
  pin(cpu: number): NativeFailure | null
  /** Monotonic nanoseconds, the clock of every time in the counter pages. */
  now(): bigint
  /** Ends the process at once, with this exit code, whatever its threads do. */
  leave(code: number): void
  /** Takes and clears what libraries below (DPDK's EAL) have logged. */
  takeLog(): string
}

let loaded: Native | undefined

/** The addon, loaded on first use: `--version` and `check` do not need it. */
export function native(): Native {
  if (loaded) return loaded
  const require = createRequire(import.meta.url)
  const root = fileURLToPath(new URL('../..', import.meta.url))
  try {
    loaded = require('node-gyp-build')(root) as Native
  } catch (cause) {
    throw new NmgenError(
      'native-missing',
      'the native core is not built, or was built for another Node',
      Exit.environment,
      'run `make` (or `npm rebuild`) in the nmgen folder',
      { cause },
    )
  }
  return loaded
}
