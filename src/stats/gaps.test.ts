import { describe, expect, it } from 'vitest'
import { gapsOf, unknownGaps } from './gaps.js'
import { anRxQueue, aSnapshot, aStream, aStreamRx, aTxQueue } from './run.testing.js'

const rx = (change: Parameters<typeof aStreamRx>[0] = {}) => anRxQueue({ streams: [aStreamRx(change)] })
const gaps = (...queues: ReturnType<typeof rx>[]) => gapsOf([aStream()], aSnapshot({ rx: queues }))

/** One million packets, sent from 0.5 s to 1.5 s. */
describe('runs of lost packets', () => {
  it('are none where all came', () => {
    expect(gaps(rx())).toEqual({ gaps: 0, longest_gap: 0, outage_ns: 0 })
  })

  it('are those that the receiver saw', () => {
    expect(gaps(rx({ gaps: 3, longestGap: 40, outageNs: 4e6 }))).toEqual({
      gaps: 3,
      longest_gap: 40,
      outage_ns: 4e6,
    })
  })

  it('reach to the end of sending where the last packets never came', () => {
    const cut = { gaps: 1, longestGap: 2, outageNs: 1e6, newestNs: 12e8, expected: 700_000 }
    expect(gaps(rx(cut))).toEqual({ gaps: 2, longest_gap: 300_000, outage_ns: 3e8 })
  })

  it('begin with sending where the first packets never came', () => {
    expect(gaps(rx({ gaps: 1, longestGap: 5, headNs: 7e8 }))).toMatchObject({ gaps: 1, outage_ns: 2e8 })
  })

  it('are one where nothing came', () => {
    const nothing = { packets: 0, newestNs: 0, expected: 0 }
    expect(gaps(rx(nothing))).toEqual({ gaps: 1, longest_gap: 1_000_000, outage_ns: 1e9 })
  })

  it('are not known where queues share a sequence, or one did not live to the end', () => {
    expect(gaps(rx(), rx())).toEqual(unknownGaps)
    expect(gaps(rx(), rx({ packets: 0, expected: 0 }))).toMatchObject({ gaps: 0 })
    expect(gaps({ ...rx(), running: true })).toEqual(unknownGaps)
    expect(gaps()).toEqual(unknownGaps)
    const final = aSnapshot({ tx: [aTxQueue({ skipped: 3 })] })
    expect(gapsOf([aStream()], final)).toEqual(unknownGaps)
  })

  it('of several senders add up, and the longest counts', () => {
    const streams = [aStream(), aStream({ id: 1, member: null })]
    const part = { packets: 500_000, frameBytes: 32_000_000, firstNs: 5e8, lastNs: 15e8 }
    const each = (change: object) => aStreamRx({ packets: 499_000, expected: 500_000, ...change })
    const final = aSnapshot({
      tx: [aTxQueue({ streams: [part, part] })],
      rx: [
        anRxQueue({
          streams: [
            each({ gaps: 2, longestGap: 9, outageNs: 1 }),
            each({ gaps: 1, longestGap: 7, outageNs: 5 }),
          ],
        }),
      ],
    })
    expect(gapsOf(streams, final)).toEqual({ gaps: 3, longest_gap: 9, outage_ns: 5 })
  })
})
