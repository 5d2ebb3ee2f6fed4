import { describe, expect, it } from 'vitest'
import { addReceived, lossOf, nothingReceived } from './rx.js'

const received = (change: Partial<typeof nothingReceived>) => ({ ...nothingReceived, ...change })

describe('loss', () => {
  it.each([
    ['all arrived', 100, { packets: 100 }, { lost: 0, surplus: 0, unknown: 0 }],
    ['three did not', 100, { packets: 97 }, { lost: 3, surplus: 0, unknown: 0 }],
    ['a copy hides no loss', 100, { packets: 100, duplicates: 3 }, { lost: 3, surplus: 0, unknown: 0 }],
    ['damaged is lost', 100, { packets: 100, corrupted: 2 }, { lost: 2, surplus: 0, unknown: 0 }],
    ['reordered is not lost', 100, { packets: 100, reordered: 50 }, { lost: 0, surplus: 0, unknown: 0 }],
    ['stale may be a copy', 100, { packets: 100, stale: 4 }, { lost: 0, surplus: 0, unknown: 4 }],
    ['more than was sent', 100, { packets: 105 }, { lost: 0, surplus: 5, unknown: 0 }],
    ['nothing arrived', 100, {}, { lost: 100, surplus: 0, unknown: 0 }],
  ])('%s', (_, sent, rx, loss) => {
    expect(lossOf(sent, received(rx))).toEqual(loss)
  })
})

describe('adding queues', () => {
  it('takes no minimum from a queue that timed nothing', () => {
    const timed = received({ count: 2, sumNs: 30, minNs: 10, maxNs: 20 })
    expect(addReceived(nothingReceived, timed)).toMatchObject({ minNs: 10, maxNs: 20, count: 2 })
    expect(addReceived(timed, nothingReceived)).toMatchObject({ minNs: 10 })
    expect(addReceived(timed, received({ count: 1, sumNs: 5, minNs: 5, maxNs: 5 }))).toMatchObject({
      minNs: 5,
      maxNs: 20,
      sumNs: 35,
    })
  })
})
