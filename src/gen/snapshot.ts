/** What the counter pages said at one moment. Plain data; counts are exact up to 2^53. */

export interface StreamTx {
  packets: number
  /** Bytes of frames, FCS included. */
  frameBytes: number
  /** When its first burst was due and its last begun, ns since the run's epoch; 0 while nothing was sent. */
  firstNs: number
  lastNs: number
}

export interface TxQueueSnapshot {
  port: string
  queue: number
  cpu: number | null
  /** Why this one, in a few words. */
  cpuReason: string
  running: boolean
  packets: number
  frameBytes: number
  bursts: number
  /** Times that a burst found no room in the ring, and the time spent waiting for it. */
  ringFull: number
  ringFullNs: number
  /** Packets sent later after they were due than the profile calls late (paced streams only), and the worst of them. */
  latePackets: number
  maxLateNs: number
  /** Packets that were due and never sent: the run ended first, or they were too late. */
  unsent: number
  /** Those of them that were too late. */
  skipped: number
  /** The longest time in which the loop did not look at its clock; waits for room in the ring are counted apart. */
  stallNs: number
  /** The device sends by itself what is due, and gets it so long before; 0: the loop keeps the time. */
  leadNs: number
  /** Time stamp counter ticks between first and last packet, 0 where there is no such counter. */
  cycles: number
  /** Time that the kernel worked for this queue between first and last packet; known at its end. */
  systemNs: number
  /** Nanoseconds since the run's epoch; 0 while nothing was sent. */
  firstNs: number
  lastNs: number
  /** Indexed by stream id. */
  streams: readonly StreamTx[]
}

export interface StreamRx {
  packets: number
  frameBytes: number
  duplicates: number
  reordered: number
  corrupted: number
  /** Too old for the window: either late or a duplicate, it cannot be told which. */
  stale: number
  latencyCount: number
  latencySumNs: number
  /** 0 where latencyCount is 0. */
  latencyMinNs: number
  latencyMaxNs: number
  /** Of reordered packets: how many came between the first later one and them (RFC 4737 section 4.2). */
  extentMax: number
  extentSum: number
  /** From here on, known when the queue has ended. Runs of lost packets between two that arrived, and the longest. */
  gaps: number
  longestGap: number
  /** The longest in time: as long as its packets took to be sent. */
  outageNs: number
  /** When the first packet to arrive was sent, where others were lost before it; else 0. Since the run's epoch. */
  headNs: number
  /** When the newest one that arrived was sent; 0: none did. */
  newestNs: number
  /** Packets up to the newest of each sender, lost ones too. */
  expected: number
}

export interface RxQueueSnapshot {
  port: string
  queue: number
  cpu: number | null
  /** Why this one, in a few words. */
  cpuReason: string
  running: boolean
  packets: number
  frameBytes: number
  /** Frames that belong to no stream of this run. */
  unknown: number
  /** Frames that asked for the port's own address (ARP, neighbour solicitation, ping); not among `packets`. */
  requests: number
  /** How often its loop looked and found nothing. */
  idles: number
  /** Frames the device dropped because nobody fetched them in time, where it says so. */
  deviceDrops: number
  streams: readonly StreamRx[]
}

/** What the loop of an RX queue did while packets were sent. */
export interface Looks {
  port: string
  queue: number
  /** How often it looked and found frames, and how often nothing. */
  bursts: number
  idles: number
}

/** How a CPU of a queue was used while packets were sent. */
export interface CpuTime {
  cpu: number
  /** That were looked at. */
  seconds: number
  /** The hypervisor gave to other machines. */
  stealSeconds: number
  /** Threads of other processes, and of the kernel, ran there. */
  othersSeconds: number
}

/** From then on what has a schedule was asked for so many times the plan's rate. */
export interface RateChange {
  /** Since the run's epoch. */
  ns: number
  factor: number
}

export interface Snapshot {
  /** Since the run's epoch (the release of the workers). */
  elapsedNs: number
  tx: readonly TxQueueSnapshot[]
  rx: readonly RxQueueSnapshot[]
  /** Of the rate by hand, oldest first. */
  rateChanges?: readonly RateChange[]
}

/** Latency bucket counts of one stream or of several, in the bucket geometry of HdrHistogram(1, 60e9, 3). */
export interface StreamHistogram {
  /** Their ids. Where there are too many for one histogram each, they share. */
  streams: readonly number[]
  counts: BigUint64Array
}

/** How a schedule was kept: sums that are exact, and gaps between two packets against those that were asked for. */
export interface TimingCounts {
  count: number
  sumNs: number
  /** 0 where count is 0. */
  minNs: number
  maxNs: number
  gaps: number
  /** Packets within a tenth of their gap behind the one before. */
  microBursts: number
  /** Gaps that were off by up to 64, 128, 256, 512, 1,024 ns, and by more. */
  errors: readonly number[]
}

/** Of the streams of a sending or a receiving queue. */
export interface Timing extends TimingCounts, StreamHistogram {}

/** Bucket counts of one kind each: they are never mixed. */
export interface Histograms {
  /** From the stamp of sending to that of receiving. */
  latency: readonly StreamHistogram[]
  /** From when packets were due to the stamp of receiving. */
  schedule: readonly StreamHistogram[]
  /** From when they were due to the stamp of sending. */
  lateness: readonly StreamHistogram[]
}

/** What one receiver counted of a group; as the same of a stream, but that damaged packets are of no group. */
export interface GroupRx {
  packets: number
  duplicates: number
  reordered: number
  stale: number
  latencyCount: number
  latencySumNs: number
  latencyMinNs: number
  latencyMaxNs: number
  /** null: the order in which packets of the group come is not known to the receiver. */
  order: Pick<StreamRx, 'gaps' | 'longestGap' | 'outageNs' | 'headNs' | 'newestNs' | 'expected'> | null
}

/** Of a stream that is accounted for; all lists go by the cells of its account. */
export interface StreamGroups {
  stream: number
  /** Packets sent; null: not known, for some were left out (`late: skip`). */
  sent: readonly number[] | null
  /** Of each receiver of its port. */
  received: readonly (readonly GroupRx[])[]
  /** Latency over all receivers; null: there are too many groups for histograms. */
  histograms: readonly BigUint64Array[] | null
}

/** `late`: a packet was, and the profile ends the run then. */
export type StopReason = 'duration' | 'count' | 'interrupted' | 'terminated' | 'late' | 'failed'

export interface PortFacts {
  port: string
  uri: string
  backend: string
  /** What the backend says of the device: driver, MAC, link; free text pairs for the report. */
  facts: Readonly<Record<string, string>>
  /** Bits per second, or null where the device has no line speed. */
  linkBps: number | null
}

/** A port and what its device counted itself by the end: its own books, in its own words, e.g. `tx_dropped`. */
export interface PortOutcome extends PortFacts {
  counters: Readonly<Record<string, number>>
}

export interface RunOutcome {
  stopped: StopReason
  /** Set where `stopped` is 'failed' or 'late'. */
  error?: { code: string; message: string; hint?: string }
  startedAt: Date
  final: Snapshot
  /** Total over all RX queues, one entry a stream that was measured. */
  latency: readonly StreamHistogram[]
  /** One entry a receiving queue and histogram; those of paced streams with a signature. */
  schedule: readonly Timing[]
  /** One entry a sending queue that has a schedule. */
  lateness: readonly Timing[]
  /** Of the streams with an account. */
  groups?: readonly StreamGroups[]
  /** One entry a receiving queue. */
  looks: readonly Looks[]
  /** One entry a CPU; none of a run too short to be looked at. */
  cpuTimes?: readonly CpuTime[]
  ports: readonly PortOutcome[]
  warnings: readonly { code: string; message: string; advice?: string }[]
}
