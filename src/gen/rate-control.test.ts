import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Page, txPage } from './page.js'
import { Cell, State } from './page-cells.js'
import { RateControl } from './rate-control.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const [MS, EPOCH] = [1_000_000n, 1_000_000_000n]
const asked = (page: Page) => [Number(page[Cell.rate]), Number(page[Cell.rateAtNs]! - EPOCH) / 1e6]
const take = (page: Page) => {
  page[Cell.rateTakenNs] = page[Cell.rateAtNs]!
}

it('tells all queues of one moment, and of the next change when all have made this one', () => {
  const [one, other, unpaced] = [txPage(1, true), txPage(1, true), txPage(1)]
  let now = EPOCH
  const control = new RateControl([one, other, unpaced], () => now)
  control.ask(0.5)
  expect(control.changes).toEqual([]) // the run has not begun
  control.begin(EPOCH)
  expect([asked(one), asked(other)]).toEqual([
    [500_000, 5],
    [500_000, 5],
  ])
  now += 100n * MS
  take(one)
  control.ask(3)
  control.ask(2)
  vi.advanceTimersByTime(50)
  expect(asked(one)).toEqual([500_000, 5])
  other[Cell.state] = State.done // it will make none
  vi.advanceTimersByTime(50)
  expect(asked(one)).toEqual([2_000_000, 105])
  expect(control.changes).toEqual([
    { ns: 5e6, factor: 0.5 },
    { ns: 105e6, factor: 2 },
  ])
})

it('makes none after the end, and none that changes nothing', () => {
  const page = txPage(1, true)
  const control = new RateControl([page], () => EPOCH)
  control.begin(EPOCH)
  control.ask(1)
  control.ask(0.5)
  control.ask(2)
  control.end()
  take(page)
  vi.advanceTimersByTime(50)
  control.ask(3)
  expect(control.changes).toHaveLength(1)
})
