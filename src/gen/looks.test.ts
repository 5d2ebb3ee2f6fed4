import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LookWatch } from './looks.js'
import { rxPage, txPage } from './page.js'
import { Cell, State } from './page-cells.js'

const queues = () => [
  { direction: 'tx' as const, port: { name: 'a' }, queue: 0, page: txPage(1) },
  { direction: 'rx' as const, port: { name: 'b' }, queue: 0, page: rxPage({ streams: 1, histograms: 1 }) },
]

describe('looks of a receiver', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('are those between the first packet and the end of sending', () => {
    const [tx, rx] = queues()
    const watch = new LookWatch([tx!, rx!])
    const seen = (bursts: bigint, idles: bigint) => {
      rx!.page[Cell.bursts] = bursts
      rx!.page[Cell.idles] = idles
      vi.advanceTimersByTime(20)
    }
    watch.start()
    seen(0n, 1000n) // nobody sends yet
    tx!.page[Cell.state] = State.running
    seen(0n, 2000n)
    tx!.page[Cell.packets] = 1n
    seen(5n, 3000n)
    seen(70n, 3001n)
    seen(900n, 3004n)
    tx!.page[Cell.state] = State.done
    seen(901n, 9000n)
    expect(watch.stop()).toEqual([{ port: 'b', queue: 0, bursts: 895, idles: 4 }])
  })

  it('are none of a run that is too short', () => {
    const watch = new LookWatch(queues())
    watch.start()
    expect(watch.stop()).toEqual([{ port: 'b', queue: 0, bursts: 0, idles: 0 }])
  })
})
