/** What the counter page of a receiver says, as numbers: of the queue, its streams and groups. */
import { FCS_BYTES } from '../templates/rate.js'
import { behindStreams, cell, type Page } from './page.js'
import { Cell, RxGroupCell, RxStreamCell } from './page-cells.js'
import { minimum, type Place, queueCounts, since } from './page-read.js'
import type { GroupRx, RxQueueSnapshot, StreamRx } from './snapshot.js'

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
  return {
    ...queueCounts(page, place),
    unknown: cell(page, Cell.unknown),
    requests: cell(page, Cell.requests),
    idles: cell(page, Cell.idles),
    deviceDrops,
    streams,
  }
}

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
