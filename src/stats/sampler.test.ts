import { describe, expect, it } from 'vitest'
import { anRxQueue, aPlan, aSnapshot, aStream, aStreamRx, aTxQueue } from './run.testing.js'
import { emptySnapshot, interval } from './sampler.js'

describe('an interval', () => {
  const before = aSnapshot({
    elapsedNs: 1e9,
    tx: [aTxQueue({ packets: 1000 })],
    rx: [anRxQueue({ streams: [aStreamRx({ packets: 990 })] })],
  })
  const now = aSnapshot({
    elapsedNs: 1.5e9,
    tx: [aTxQueue({ packets: 3000 })],
    rx: [anRxQueue({ streams: [aStreamRx({ packets: 2980 })] })],
  })

  it('has the rates of its own time and the counts of all time', () => {
    expect(interval(aPlan(), before, now)).toMatchObject({
      t_s: 1.5,
      interval_s: 0.5,
      tx_pps: 4000,
      tx_bps_l1: 4000 * 84 * 8,
      tx_bps_l2: 4000 * 64 * 8,
      rx_pps: 3980,
      tx_packets: 3000,
      rx_packets: 2980,
      missing: 20,
    })
  })

  it('has the same per port', () => {
    expect(interval(aPlan(), before, now).ports).toMatchObject({ lab: { tx_pps: 4000, rx_pps: 3980 } })
  })

  it('counts the first one from nothing, and survives two looks at one moment', () => {
    expect(interval(aPlan(), emptySnapshot, now).tx_pps).toBe(2000)
    expect(interval(aPlan(), now, now).tx_pps).toBe(0)
  })

  it('knows nothing of arrivals where nobody listens', () => {
    const plan = aPlan({ streams: [aStream({ rx: null })] })
    expect(interval(plan, before, now)).toMatchObject({ rx_packets: null, missing: null })
  })
})
