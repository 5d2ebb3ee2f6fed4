import { describe, expect, it } from 'vitest'
import type { Load } from '../profile/model.js'
import type { StreamPlan } from './plan.js'
import { schedule } from './schedule.js'
import { planned, pps } from './stream.testing.js'

const line: Load = { kind: 'line' }

/** `stream:index@ns` of the first turns. */
function turns(count: number, ...streams: StreamPlan[]): string[] {
  const found: string[] = []
  for (const { stream, index, timeNs } of schedule(streams, 0n)) {
    if (found.length === count) break
    found.push(`${stream.id}:${index}@${Math.round(timeNs)}`)
  }
  return found
}

describe('the order of sending', () => {
  it('keeps shares and run lengths of a total', () => {
    const part = (id: number, share: number) => planned(id, pps(share * 1e4), { share, runLength: 2 })
    const order = turns(6, part(0, 75), part(1, 25)).map(turn => turn[0])
    expect(order.join('')).toBe('000011')
  })

  it('puts the frames of a burst one behind the other on the wire', () => {
    expect(turns(4, planned(0, { kind: 'burst', frames: 2, everyNs: 1000 }))).toEqual([
      '0:0@0',
      '0:1@67',
      '0:2@1000',
      '0:3@1067',
    ])
  })

  it('lets a stream start later, and ends it', () => {
    const streams = [
      planned(0, pps(1e6), { forNs: 2000 }),
      planned(1, pps(1e6), { startNs: 500, forNs: 1000 }),
    ]
    expect(turns(9, ...streams)).toEqual(['0:0@0', '1:0@500', '0:1@1000'])
  })

  it('waits for all that a stream comes after', () => {
    const fill = [planned(0, pps(1e6), { count: 2 }), planned(1, pps(1e6), { forNs: 3000 })]
    const hold = planned(2, pps(1e9), { after: [0, 1], startNs: 10, count: 2 })
    expect(turns(9, ...fill, hold)).toEqual([
      '0:0@0',
      '1:0@0',
      '0:1@1000',
      '1:1@1000',
      '1:2@2000',
      '2:0@2010',
      '2:1@2011',
    ])
  })

  it('ends what the clock ends, and goes on from there', () => {
    const flood = planned(0, line, { forNs: 200 })
    expect(turns(9, flood, planned(1, line, { after: [0], count: 1 }))).toEqual([
      '0:0@0',
      '0:1@67',
      '0:2@134',
      '1:0@202',
    ])
  })

  it('fills the time between paced packets, and never sends more than the wire holds', () => {
    const order = turns(8, planned(0, pps(5e6)), planned(1, line))
    expect(order).toEqual([
      '0:0@0',
      '1:0@67',
      '1:1@134',
      '0:1@200',
      '1:2@269',
      '1:3@336',
      '0:2@400',
      '1:4@470',
    ])
  })

  it('leaves the turn of a stream that has sent all empty, if it is paced by itself', () => {
    expect(turns(4, planned(0, pps(1e6), { count: 1 }), planned(1, pps(1e6)))).toEqual([
      '0:0@0',
      '1:0@500',
      '1:1@1500',
      '1:2@2500',
    ])
  })

  it('gives a stream with nothing to send its turn all the same', () => {
    expect(turns(9, planned(0, pps(1), { count: 0 }), planned(1, pps(1), { count: 1 }))).toEqual([
      '1:0@500000000',
    ])
  })

  it('is that of the native core (native/tx/test/schedule_test.cc)', () => {
    const ramp: Load = {
      kind: 'ramp',
      from: { kind: 'pps', pps: 0 },
      to: { kind: 'pps', pps: 1e7 },
      overNs: 2000,
    }
    const streams = [
      planned(0, pps(2e6)),
      planned(1, pps(1e6)),
      planned(2, { kind: 'burst', frames: 3, everyNs: 1500 }, { startNs: 600 }),
      planned(3, ramp, { startNs: 150 }),
    ]
    const order: number[] = []
    for (const { stream, timeNs } of schedule(streams, 0n)) {
      // The frames of a burst stand apart on the wire, but they are due at once.
      if (timeNs > 2400) break
      if (timeNs <= 2200 || stream.id === 2) order.push(stream.id)
    }
    expect(order.join('')).toBe('031222030331330333032223')
  })

  it('keeps ports apart', () => {
    expect(turns(4, planned(0, line), planned(1, line, { tx: 'b' }))).toEqual([
      '0:0@0',
      '1:0@0',
      '0:1@67',
      '1:1@67',
    ])
  })
})
