/** Made-up runs for tests of stats, report and ui: nothing native, every number chosen. */
import type { RunOutcome, RxQueueSnapshot, Snapshot, StreamRx, TxQueueSnapshot } from '../gen/snapshot.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { defaultPacing } from '../units/pacing.js'
import type { Environment, ProfileResult } from './result.js'

export const aStream = (change: Partial<StreamPlan> = {}): StreamPlan => ({
  id: 0,
  name: 'udp',
  path: ['streams', 0],
  member: null,
  templates: [{ bytes: new Uint8Array(60), checksums: [] }],
  sequence: [0],
  sizeDraw: null,
  fields: [],
  signature: 42,
  match: null,
  rate: { kind: 'line' },
  share: null,
  trace: null,
  runLength: 1,
  paceKey: 0n,
  count: null,
  startNs: 0,
  forNs: null,
  after: [],
  tx: 'lab',
  rx: 'lab',
  ...change,
})

export const aPlan = (change: Partial<Plan> = {}): Plan => ({
  format: 1,
  name: 'udp-64b',
  seed: 42,
  streams: [aStream()],
  ports: [{ name: 'lab', uri: 'loop:lab', txQueues: 1, rxQueues: 1, args: [] }],
  durationNs: 1e9,
  cores: null,
  expect: [],
  pacing: defaultPacing,
  safety: { allow: [], interfaces: [], lab: false },
  ...change,
})

/** One second of 64-byte frames of one stream at 1 Mpps, but for `change`. */
export const aTxQueue = (change: Partial<TxQueueSnapshot> = {}): TxQueueSnapshot => {
  const packets = change.packets ?? 1_000_000
  const frameBytes = change.frameBytes ?? packets * 64
  return {
    port: 'lab',
    queue: 0,
    cpu: 1,
    cpuReason: 'a core of its own',
    running: false,
    packets,
    frameBytes,
    bursts: packets / 32,
    ringFull: 0,
    ringFullNs: 0,
    latePackets: 0,
    maxLateNs: 0,
    unsent: 0,
    skipped: 0,
    stallNs: 0,
    leadNs: 0,
    cycles: packets * 50,
    systemNs: 0,
    firstNs: 5e8,
    lastNs: 15e8,
    streams: [{ packets, frameBytes, firstNs: 5e8, lastNs: 15e8 }],
    ...change,
  }
}

export const aStreamRx = (change: Partial<StreamRx> = {}): StreamRx => {
  const packets = change.packets ?? 1_000_000
  return {
    packets,
    frameBytes: packets * 64,
    duplicates: 0,
    reordered: 0,
    corrupted: 0,
    stale: 0,
    latencyCount: packets,
    latencySumNs: packets * 1500,
    latencyMinNs: 1000,
    latencyMaxNs: 2001,
    extentMax: 0,
    extentSum: 0,
    gaps: 0,
    longestGap: 0,
    outageNs: 0,
    headNs: 0,
    newestNs: packets > 0 ? 15e8 : 0,
    expected: 1_000_000,
    ...change,
  }
}

export const anRxQueue = (change: Partial<RxQueueSnapshot> = {}): RxQueueSnapshot => {
  const streams = change.streams ?? [aStreamRx()]
  return {
    port: 'lab',
    queue: 0,
    cpu: 0,
    cpuReason: 'with the main thread',
    running: false,
    packets: streams.reduce((total, stream) => total + stream.packets, 0),
    frameBytes: streams.reduce((total, stream) => total + stream.frameBytes, 0),
    unknown: 0,
    requests: 0,
    idles: 0,
    deviceDrops: 0,
    ...change,
    streams,
  }
}

export const aSnapshot = (change: Partial<Snapshot> = {}): Snapshot => ({
  elapsedNs: 2e9,
  tx: [aTxQueue()],
  rx: [anRxQueue()],
  ...change,
})

/** Bucket counts as the native receiver keeps them: HdrHistogram's standard geometry, written down independently. */
export function bucketCounts(values: readonly (readonly [ns: number, count: number])[]): BigUint64Array {
  const counts = new BigUint64Array(27648)
  for (const [ns, count] of values) counts[bucketIndex(ns)]! += BigInt(count)
  return counts
}

export function bucketIndex(ns: number): number {
  const bucket = Math.max(0, Math.floor(Math.log2(ns || 1)) - 10)
  return (bucket + 1) * 1024 + (Math.floor(ns / 2 ** bucket) - 1024)
}

export const anOutcome = (change: Partial<RunOutcome> = {}): RunOutcome => ({
  stopped: 'duration',
  startedAt: new Date('2026-11-23T06:15:00Z'),
  final: aSnapshot(),
  latency: [
    {
      streams: [0],
      counts: bucketCounts([
        [1000, 500_000],
        [1500, 400_000],
        [1900, 99_000],
        [2001, 1_000],
      ]),
    },
  ],
  schedule: [],
  lateness: [],
  looks: [{ port: 'lab', queue: 0, bursts: 20_000, idles: 1_000_000 }],
  ports: [{ port: 'lab', uri: 'loop:lab', backend: 'loop', facts: {}, linkBps: null, counters: {} }],
  warnings: [],
  ...change,
})

export const anEnvironment: Environment = {
  nmgen: '0.1.0',
  node: 'v20.20.2',
  kernel: '6.1.0',
  os: 'Debian GNU/Linux 12 (bookworm)',
  arch: 'x64',
  host: 'lab1',
  cpu_model: 'A CPU',
  cpus: 2,
  cpus_allowed: [0, 1],
  cpus_isolated: [],
  cpu_quota: null,
  numa_nodes: 1,
  memory_bytes: 8e9,
  hugepages: [],
  governor: null,
  clock_source: 'tsc',
  virtual_machine: false,
  container: false,
}

export const aProfile: ProfileResult = {
  name: 'udp-64b',
  file: 'profiles/udp-64b.yaml',
  sha256: '0'.repeat(64),
  captures: [],
  seed: 42,
  overrides: {},
  resolved: { version: 1, name: 'udp-64b' },
}
