/**
 * The counter page: all that a running native loop and JavaScript say to each other. One SharedArrayBuffer a
 * queue, 64-bit cells, one writer a cell. Here they are made, and what they hold is found: page-cells.ts has the
 * numbers, page-read.ts what is read.
 */
import { Cell, HISTOGRAM_CELLS, RxGroupCell, RxStreamCell, TimedCell, TxStreamCell } from './page-cells.js'

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

/** The buckets of the k-th latency histogram, a live view of the page; undefined: there are not so many. */
export function histogramOf(page: Page, k: number): Page | undefined {
  if (k >= cell(page, Cell.histograms)) return undefined
  const first = Cell.headerCells + cell(page, Cell.streams) * RxStreamCell.cells
  return page.subarray(first + k * HISTOGRAM_CELLS, first + (k + 1) * HISTOGRAM_CELLS)
}

/** Where its groups begin. */
export const behindStreams = (page: Page) =>
  Cell.headerCells +
  cell(page, Cell.streams) * RxStreamCell.cells +
  cell(page, Cell.histograms) * HISTOGRAM_CELLS +
  cell(page, Cell.timings) * TIMING_CELLS

/** The latency buckets of the k-th group, a live view; undefined: groups have none. */
export function groupHistogramOf(page: Page, k: number): Page | undefined {
  if (k >= cell(page, Cell.groupHistograms)) return undefined
  const first = behindStreams(page) + cell(page, Cell.groups) * RxGroupCell.cells
  return page.subarray(first + k * HISTOGRAM_CELLS, first + (k + 1) * HISTOGRAM_CELLS)
}

export const cell = (page: Page, index: number): number => Number(Atomics.load(page, index))
