import { describe, expect, it } from 'vitest'
import { anRxQueue, aPlan, aSnapshot, aStreamRx, aTxQueue } from '../stats/run.testing.js'
import { settle } from './settle.js'

interface Moment {
  received: number
  duplicates?: number
  idles?: number
  running?: boolean
  latencyMaxNs?: number
}

/** How many ms it takes to be settled, where 100 packets were sent and this is what the receiver says at each moment. */
async function settledAfter(at: (ms: number) => Moment, hurried = false): Promise<number> {
  let nowMs = 0
  const clock = {
    hurried: () => hurried,
    nowMs: () => nowMs,
    pause: async (ms: number) => {
      nowMs += ms
    },
  }
  const sent = { packets: 100, frameBytes: 6400, firstNs: 1, lastNs: 2 }
  const read = () => {
    const { received, duplicates = 0, idles = nowMs, running = true, latencyMaxNs = 1000 } = at(nowMs)
    const streams = [aStreamRx({ packets: received, duplicates, latencyMaxNs })]
    return aSnapshot({
      tx: [aTxQueue({ packets: 100, streams: [sent] })],
      rx: [anRxQueue({ streams, idles, running })],
    })
  }
  await settle(read, aPlan(), clock)
  return nowMs
}

describe('the end of a run', () => {
  it('is there at once when all has come', async () => {
    expect(await settledAfter(() => ({ received: 100 }))).toBe(0)
    expect(await settledAfter(ms => ({ received: ms < 60 ? 99 : 100 }))).toBe(60)
  })

  it('takes no copy for a packet that is still under way', async () => {
    expect(await settledAfter(ms => ({ received: ms < 60 ? 109 : 110, duplicates: 10 }))).toBe(60)
  })

  it('waits for quiet after the last packet', async () => {
    expect(await settledAfter(() => ({ received: 90 }))).toBe(205)
    expect(await settledAfter(ms => ({ received: Math.min(40 + ms / 5, 80) }))).toBe(405)
  })

  it('waits longer for a device that is known to hold packets back', async () => {
    expect(await settledAfter(() => ({ received: 90, latencyMaxNs: 400e6 }))).toBe(805)
    expect(await settledAfter(() => ({ received: 90, latencyMaxNs: 60e9 }))).toBe(2005)
  })

  it('waits two seconds for a stream of which nothing has come', async () => {
    expect(await settledAfter(() => ({ received: 0 }))).toBe(2005)
    expect(await settledAfter(ms => ({ received: ms < 1500 ? 0 : 100 }))).toBe(1500)
  })

  it('gives up on what never stops coming', async () => {
    const trickle = (ms: number) => ({ received: 1 + Math.floor(ms / 100) / 1000 })
    expect(await settledAfter(trickle)).toBe(30_005)
    expect(await settledAfter(trickle, true)).toBe(2005)
  })

  it('calls nothing lost while a receiver has not had its CPU', async () => {
    const starved = (ms: number) => ({ received: ms < 5000 ? 50 : 100, idles: 7 })
    expect(await settledAfter(starved)).toBe(5000)
    expect(await settledAfter(ms => ({ received: 50, idles: ms < 3000 ? 7 : 8 }))).toBe(3000)
    expect(await settledAfter(() => ({ received: 50, idles: 7 }))).toBe(20_005)
  })

  it('waits for no receiver that has ended', async () => {
    expect(await settledAfter(() => ({ received: 50, idles: 7, running: false }))).toBe(205)
  })
})
