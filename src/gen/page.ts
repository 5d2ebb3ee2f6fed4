/**
 * The counter page: all that a running native loop and JavaScript say to each other. One SharedArrayBuffer a
 * queue, 64-bit cells, one writer a cell. The numbers are those of native/tx/page.h; page.test.ts compares.
 */
import { FCS_BYTES } from '../templates/rate.js'
import type { GroupRx, RxQueueSnapshot, StreamRx, TimingCounts, TxQueueSnapshot } from './snapshot.js'

export const Cell = {
  stop: 0,
  go: 1,
  epochNs: 2,
  streams: 3,
  histograms: 4,
  shared: 5,
  run: 6,
  timings: 7,
  departures: 4,
  state: 8,
  packets: 9,
  bytes: 10,
  bursts: 11,
  ringFull: 12,
  ringFullNs: 13,
  late: 14,
  maxLateNs: 15,
  unsent: 16,
  cycles: 17,
  firstNs: 18,
  lastNs: 19,
  unknown: 20,
  systemNs: 21,
  requests: 22,
  idles: 23,
  stallNs: 24,
  skipped: 25,
  tooLateNs: 26,
  groups: 27,
  groupHistograms: 28,
  rateTakenNs: 29,
  leadNs: 30,
  attended: 31,
  rate: 32,
  rateAtNs: 33,
  headerCells: 40,
} as const

export const TxStreamCell = { packets: 0, bytes: 1, firstNs: 2, lastNs: 3, cells: 4 } as const

export const RxStreamCell = {
  packets: 0,
  bytes: 1,
  latencyCount: 2,
  latencySum: 3,
  latencyNotMin: 4,
  latencyMax: 5,
  duplicates: 6,
  reordered: 7,
  corrupted: 8,
  stale: 9,
  extentMax: 10,
  extentSum: 11,
  gaps: 12,
  longestGap: 13,
  outageNs: 14,
  headNs: 15,
  newestNs: 16,
  expected: 17,
  cells: 24,
} as const

/** A block of native/tx/account.h. */
export const RxGroupCell = {
  packets: 0,
  duplicates: 1,
  reordered: 2,
  stale: 3,
  latencySum: 4,
  latencyNotMin: 5,
  latencyMax: 6,
  ordered: 7,
  gaps: 8,
  longestGap: 9,
  outageNs: 10,
  headNs: 11,
  newestNs: 12,
  expected: 13,
  latencyCount: 14,
  cells: 16,
} as const

/** A block of native/tx/timing.h; its histogram follows. */
export const TimedCell = {
  count: 0,
  sum: 1,
  notMin: 2,
  max: 3,
  gaps: 4,
  bursts: 5,
  errors: 8,
  header: 16,
} as const

/** Within 64, 128, 256, 512, 1,024 ns, and beyond. */
export const ERROR_CLASSES = 6

export const State = { idle: 0n, ready: 1n, running: 2n, done: 3n } as const

/** Buckets of HdrHistogram(1, 60e9, 3). */
export const HISTOGRAM_CELLS = 27 * 1024

export type Page = BigUint64Array

const allocate = (cells: number): Page => new BigUint64Array(new SharedArrayBuffer(cells * 8))

const TIMING_CELLS = TimedCell.header + HISTOGRAM_CELLS

/** A page for a TX queue over `streams` streams; where it is paced, with its timing and so long a ring for each stream. */
export function txPage(streams: number, paced = false, departures = 0): Page {
  const timing = paced ? TIMING_CELLS + streams * departures : 0
  const page = allocate(Cell.headerCells + streams * TxStreamCell.cells + timing)
  page[Cell.streams] = BigInt(streams)
  page[Cell.timings] = paced ? 1n : 0n
  page[Cell.departures] = BigInt(paced ? departures : 0)
  return page
}

/** What an RX page has room for. */
export interface RxRoom {
  streams: number
  /** Of latency; the plan says which of them is a stream's. */
  histograms: number
  /** As many of what has passed since packets were due. */
  timed?: boolean
  groups?: number
  /** A histogram for each of them. */
  groupHistograms?: boolean
}

export function rxPage(room: RxRoom): Page {
  const { streams, histograms, timed = false, groups = 0, groupHistograms = false } = room
  const blocks = histograms * (HISTOGRAM_CELLS + (timed ? TIMING_CELLS : 0))
  const grouped = groups * (RxGroupCell.cells + (groupHistograms ? HISTOGRAM_CELLS : 0))
  const page = allocate(Cell.headerCells + streams * RxStreamCell.cells + blocks + grouped)
  page[Cell.groups] = BigInt(groups)
  page[Cell.groupHistograms] = BigInt(groupHistograms ? groups : 0)
  page[Cell.streams] = BigInt(streams)
  page[Cell.histograms] = BigInt(histograms)
  page[Cell.timings] = timed ? BigInt(histograms) : 0n
  return page
}

const behindTx = (page: Page) => Cell.headerCells + cell(page, Cell.streams) * TxStreamCell.cells

/** The ring of departures of the k-th stream of a TX page. */
export function departuresOf(page: Page, k: number): Page | undefined {
  const entries = cell(page, Cell.departures)
  const first = behindTx(page) + TIMING_CELLS + k * entries
  return entries === 0 ? undefined : page.subarray(first, first + entries)
}

/** The k-th block of a page that says how a schedule was kept, a live view; undefined: there are not so many. */
export function timingOf(direction: 'tx' | 'rx', page: Page, k: number): Page | undefined {
  if (k >= cell(page, Cell.timings)) return undefined
  const behindRx = () =>
    Cell.headerCells +
    cell(page, Cell.streams) * RxStreamCell.cells +
    cell(page, Cell.histograms) * HISTOGRAM_CELLS
  const first = (direction === 'tx' ? behindTx(page) : behindRx()) + k * TIMING_CELLS
  return page.subarray(first, first + TIMING_CELLS)
}

export function readTiming(block: Page): TimingCounts {
  return {
    count: cell(block, TimedCell.count),
    sumNs: cell(block, TimedCell.sum),
    minNs: minimum(block, TimedCell.notMin),
    maxNs: cell(block, TimedCell.max),
    gaps: cell(block, TimedCell.gaps),
    microBursts: cell(block, TimedCell.bursts),
    errors: Array.from({ length: ERROR_CLASSES }, (_, k) => cell(block, TimedCell.errors + k)),
  }
}

const cell = (page: Page, index: number): number => Number(Atomics.load(page, index))

/** Kept inverted, so that a page of zeros means "none yet". */
function minimum(page: Page, index: number): number {
  const notMin = Atomics.load(page, index)
  return notMin === 0n ? 0 : Number(BigInt.asUintN(64, ~notMin))
}

/** Nanoseconds since the epoch, or 0 where the cell was never set. */
function since(page: Page, index: number): number {
  const at = Atomics.load(page, index)
  return at === 0n ? 0 : Number(at - Atomics.load(page, Cell.epochNs))
}

type Place = { port: string; queue: number; cpu: number | null; cpuReason: string }

/** `ids[k]` is the id of the k-th stream on the page; all other streams of the run read as 0. */
export function readTx(
  page: Page,
  place: Place,
  ids: readonly number[],
  streamCount: number,
): TxQueueSnapshot {
  const streams = Array.from({ length: streamCount }, () => ({
    packets: 0,
    frameBytes: 0,
    firstNs: 0,
    lastNs: 0,
  }))
  ids.forEach((id, k) => {
    const at = Cell.headerCells + k * TxStreamCell.cells
    const packets = cell(page, at + TxStreamCell.packets)
    streams[id] = {
      packets,
      frameBytes: cell(page, at + TxStreamCell.bytes) + packets * FCS_BYTES,
      firstNs: since(page, at + TxStreamCell.firstNs),
      lastNs: since(page, at + TxStreamCell.lastNs),
    }
  })
  const packets = cell(page, Cell.packets)
  return {
    ...place,
    running: Atomics.load(page, Cell.state) === State.running,
    packets,
    frameBytes: cell(page, Cell.bytes) + packets * FCS_BYTES,
    bursts: cell(page, Cell.bursts),
    ringFull: cell(page, Cell.ringFull),
    ringFullNs: cell(page, Cell.ringFullNs),
    latePackets: cell(page, Cell.late),
    maxLateNs: cell(page, Cell.maxLateNs),
    unsent: cell(page, Cell.unsent),
    skipped: cell(page, Cell.skipped),
    stallNs: cell(page, Cell.stallNs),
    leadNs: cell(page, Cell.leadNs),
    cycles: cell(page, Cell.cycles),
    systemNs: cell(page, Cell.systemNs),
    firstNs: since(page, Cell.firstNs),
    lastNs: since(page, Cell.lastNs),
    streams,
  }
}

const NOTHING_RECEIVED: StreamRx = {
  packets: 0,
  frameBytes: 0,
  duplicates: 0,
  reordered: 0,
  corrupted: 0,
  stale: 0,
  latencyCount: 0,
  latencySumNs: 0,
  latencyMinNs: 0,
  latencyMaxNs: 0,
  extentMax: 0,
  extentSum: 0,
  gaps: 0,
  longestGap: 0,
  outageNs: 0,
  headNs: 0,
  newestNs: 0,
  expected: 0,
}

function readStreamRx(page: Page, at: number): StreamRx {
  const packets = cell(page, at + RxStreamCell.packets)
  return {
    packets,
    frameBytes: cell(page, at + RxStreamCell.bytes) + packets * FCS_BYTES,
    duplicates: cell(page, at + RxStreamCell.duplicates),
    reordered: cell(page, at + RxStreamCell.reordered),
    corrupted: cell(page, at + RxStreamCell.corrupted),
    stale: cell(page, at + RxStreamCell.stale),
    latencyCount: cell(page, at + RxStreamCell.latencyCount),
    latencySumNs: cell(page, at + RxStreamCell.latencySum),
    latencyMinNs: minimum(page, at + RxStreamCell.latencyNotMin),
    latencyMaxNs: cell(page, at + RxStreamCell.latencyMax),
    extentMax: cell(page, at + RxStreamCell.extentMax),
    extentSum: cell(page, at + RxStreamCell.extentSum),
    gaps: cell(page, at + RxStreamCell.gaps),
    longestGap: cell(page, at + RxStreamCell.longestGap),
    outageNs: cell(page, at + RxStreamCell.outageNs),
    headNs: since(page, at + RxStreamCell.headNs),
    newestNs: since(page, at + RxStreamCell.newestNs),
    expected: cell(page, at + RxStreamCell.expected),
  }
}

export function readRx(
  page: Page,
  place: Place,
  ids: readonly number[],
  streamCount: number,
  deviceDrops: number,
): RxQueueSnapshot {
  const streams = Array.from({ length: streamCount }, () => NOTHING_RECEIVED)
  ids.forEach((id, k) => {
    streams[id] = readStreamRx(page, Cell.headerCells + k * RxStreamCell.cells)
  })
  const packets = cell(page, Cell.packets)
  return {
    ...place,
    running: Atomics.load(page, Cell.state) === State.running,
    packets,
    frameBytes: cell(page, Cell.bytes) + packets * FCS_BYTES,
    unknown: cell(page, Cell.unknown),
    requests: cell(page, Cell.requests),
    idles: cell(page, Cell.idles),
    deviceDrops,
    streams,
  }
}

/** The buckets of the k-th latency histogram, a live view of the page; undefined: there are not so many. */
export function histogramOf(page: Page, k: number): Page | undefined {
  if (k >= cell(page, Cell.histograms)) return undefined
  const first = Cell.headerCells + cell(page, Cell.streams) * RxStreamCell.cells
  return page.subarray(first + k * HISTOGRAM_CELLS, first + (k + 1) * HISTOGRAM_CELLS)
}

const behindStreams = (page: Page) =>
  Cell.headerCells +
  cell(page, Cell.streams) * RxStreamCell.cells +
  cell(page, Cell.histograms) * HISTOGRAM_CELLS +
  cell(page, Cell.timings) * TIMING_CELLS

/** The k-th group of the page. */
export function readGroup(page: Page, k: number): GroupRx {
  const at = behindStreams(page) + k * RxGroupCell.cells
  const of = (name: keyof typeof RxGroupCell) => cell(page, at + RxGroupCell[name])
  const ordered = of('ordered') === 1
  return {
    packets: of('packets'),
    duplicates: of('duplicates'),
    reordered: of('reordered'),
    stale: of('stale'),
    latencyCount: of('latencyCount'),
    latencySumNs: of('latencySum'),
    latencyMinNs: minimum(page, at + RxGroupCell.latencyNotMin),
    latencyMaxNs: of('latencyMax'),
    order: ordered
      ? {
          gaps: of('gaps'),
          longestGap: of('longestGap'),
          outageNs: of('outageNs'),
          headNs: since(page, at + RxGroupCell.headNs),
          newestNs: since(page, at + RxGroupCell.newestNs),
          expected: of('expected'),
        }
      : null,
  }
}

/** The latency buckets of the k-th group, a live view; undefined: groups have none. */
export function groupHistogramOf(page: Page, k: number): Page | undefined {
  if (k >= cell(page, Cell.groupHistograms)) return undefined
  const first = behindStreams(page) + cell(page, Cell.groups) * RxGroupCell.cells
  return page.subarray(first + k * HISTOGRAM_CELLS, first + (k + 1) * HISTOGRAM_CELLS)
}
