/** What a counter page says, as numbers: of a TX queue, and of the timing of either kind. page-read-rx.ts has receivers. */
import { FCS_BYTES } from '../templates/rate.js'
import { cell, type Page } from './page.js'
import { Cell, ERROR_CLASSES, State, TimedCell, TxStreamCell } from './page-cells.js'
import type { TimingCounts, TxQueueSnapshot } from './snapshot.js'

/** Kept inverted, so that a page of zeros means "none yet". */
export function minimum(page: Page, index: number): number {
  const notMin = Atomics.load(page, index)
  return notMin === 0n ? 0 : Number(BigInt.asUintN(64, ~notMin))
}

/** Nanoseconds since the epoch, or 0 where the cell was never set. */
export function since(page: Page, index: number): number {
  const at = Atomics.load(page, index)
  return at === 0n ? 0 : Number(at - Atomics.load(page, Cell.epochNs))
}

export type Place = { port: string; queue: number; cpu: number | null; cpuReason: string }

/** What a queue of either direction counts. */
export const queueCounts = (page: Page, place: Place) => {
  const packets = cell(page, Cell.packets)
  return {
    ...place,
    running: Atomics.load(page, Cell.state) === State.running,
    packets,
    frameBytes: cell(page, Cell.bytes) + packets * FCS_BYTES,
  }
}

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
  return {
    ...queueCounts(page, place),
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
