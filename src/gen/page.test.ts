import { readFileSync } from 'node:fs'
import { build } from 'hdr-histogram-js'
import { expect, it } from 'vitest'
import { histogramOf, rxPage, txPage } from './page.js'
import { Cell, HISTOGRAM_CELLS, RxStreamCell, State, TimedCell, TxStreamCell } from './page-cells.js'
import { readTx } from './page-read.js'
import { readRx } from './page-read-rx.js'

const header = readFileSync(new URL('../../native/tx/page.h', import.meta.url), 'utf8')

/** `kTxPackets = 0` and the like, by name. */
const native = new Map(
  [...header.matchAll(/\bk(\w+) = (\d+)/g)].map(([, name, value]) => [name!, Number(value)]),
)
const capital = (name: string) => name[0]!.toUpperCase() + name.slice(1)

it('numbers the cells as the native core does', () => {
  for (const [name, value] of Object.entries(Cell))
    expect([name, native.get(capital(name))]).toEqual([name, value])
  for (const [name, value] of Object.entries(State))
    expect([name, native.get(capital(name))]).toEqual([name, Number(value)])
  for (const [name, value] of Object.entries(TimedCell))
    expect([name, native.get(`Timed${capital(name)}`)]).toEqual([name, value])
  const { cells: txCells, ...tx } = TxStreamCell
  const { cells: rxCells, packets, bytes, ...rx } = RxStreamCell
  for (const [name, value] of Object.entries(tx)) expect(native.get(`Tx${capital(name)}`)).toBe(value)
  for (const [name, value] of Object.entries({ packets, bytes }))
    expect(native.get(`Rx${capital(name)}`)).toBe(value)
  for (const [name, value] of Object.entries(rx))
    expect([name, native.get(capital(name))]).toEqual([name, value])
  expect([native.get('TxStreamCells'), native.get('RxStreamCells')]).toEqual([txCells, rxCells])
})

it('gives a histogram as many buckets as HdrHistogram(1, 60e9, 3) has', () => {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60e9,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
  })
  expect((histogram as unknown as { countsArrayLength: number }).countsArrayLength).toBe(HISTOGRAM_CELLS)
})

it('reads what a TX loop wrote, with the FCS that the device adds', () => {
  const page = txPage(2)
  page[Cell.epochNs] = 1000n
  page[Cell.firstNs] = 1500n
  page[Cell.packets] = 10n
  page[Cell.bytes] = 600n
  page[Cell.state] = State.running
  page[Cell.headerCells + TxStreamCell.cells] = 10n
  page[Cell.headerCells + TxStreamCell.cells + TxStreamCell.bytes] = 600n
  const read = readTx(page, { port: 'a', queue: 0, cpu: 1, cpuReason: '' }, [4, 2], 5)
  expect(read).toMatchObject({ packets: 10, frameBytes: 640, running: true, firstNs: 500, lastNs: 0 })
  expect(read.streams.map(({ packets }) => packets)).toEqual([0, 0, 10, 0, 0])
})

it('reads what an RX loop wrote; no latency yet is no minimum of 0', () => {
  const page = rxPage({ streams: 1, histograms: 1 })
  const at = Cell.headerCells
  expect(readRx(page, { port: 'a', queue: 0, cpu: 1, cpuReason: '' }, [0], 1, 0).streams[0]).toMatchObject({
    latencyCount: 0,
    latencyMinNs: 0,
  })
  page[at + RxStreamCell.latencyCount] = 1n
  page[at + RxStreamCell.latencyNotMin] = BigInt.asUintN(64, ~70n)
  expect(readRx(page, { port: 'a', queue: 0, cpu: 1, cpuReason: '' }, [0], 1, 0).streams[0]).toMatchObject({
    latencyMinNs: 70,
  })
  expect(histogramOf(page, 0)).toHaveLength(HISTOGRAM_CELLS)
  expect(histogramOf(page, 1)).toBeUndefined()
})
