import { describe, expect, it } from 'vitest'
import { aResult } from '../stats/result.testing.js'
import { anOutcome, aPlan, aSnapshot, aTxQueue } from '../stats/run.testing.js'
import { rows } from './rows.js'

const none = { within_64_ns: 1, within_128_ns: 1, within_256_ns: 1, within_512_ns: 1, within_1024_ns: 1 }
const departures = { gaps: 9, ...none, micro_bursts: 0 }

describe('a device that keeps the time', () => {
  it('is named where the gaps are told that nobody has seen', async () => {
    const leads = [0, 0, 200_000]
    const tx = leads.map((leadNs, queue) => aTxQueue({ queue, leadNs }))
    const result = await aResult({ plan: aPlan(), outcome: anOutcome({ final: aSnapshot({ tx }) }) })
    expect(result.queues.flatMap(queue => (queue.direction === 'tx' ? queue.lead_ns : []))).toEqual(leads)
    const sent = (queues: typeof result.queues) =>
      rows({ ...result, queues, accuracy: { departures, arrivals: null } }).find(
        ({ label }) => label === 'gaps sent',
      )!.parts[0]
    expect(sent(result.queues)).toBe('paced by the device, 200 us ahead')
    expect(sent(result.queues.slice(0, 2))).toMatch(/^\+-64 ns/)
  })
})
