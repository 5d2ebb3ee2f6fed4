import { describe, expect, it } from 'vitest'
import type { Result, StreamResult } from '../stats/result.js'
import type { Varied } from './at-load.js'
import { aTrial } from './device.testing.js'
import { directionsOf, isSilent, together, trialOf } from './measured.js'
import { Pool } from './pool.js'

const stream = (tx_packets: number, lost: number | null, duration_s = 1): Partial<StreamResult> => ({
  tx_packets,
  lost,
  duration_s,
  tx_pps: tx_packets / duration_s,
  rx_pps: lost === null ? null : (tx_packets - lost) / duration_s,
})
const result = (streams: Record<string, Partial<StreamResult>>, verdict = 'pass') =>
  ({ verdict, metrics: { tx_packets: 1, rx_packets: 1 }, streams }) as unknown as Result
const udp: Varied = { name: 'udp', tx: 'a', rx: 'b', weight: 1 }
const ask = { loadPps: 1000, durationS: 1 }
const planned = { varied: [udp], frames: new Map([['udp', 1000]]), tolerance: 0.01 }
const trial = (streams: Record<string, Partial<StreamResult>>, verdict?: string) =>
  trialOf(ask, planned, result(streams, verdict))

describe('all ways together', () => {
  const way = (sentPps: number | null, receivedPps: number, lossRatio: number) => ({
    tx: 'a',
    rx: 'b',
    sentPps,
    receivedPps,
    lossRatio,
  })

  it('adds rates up, and weighs loss by what was sent', () => {
    const sum = together([way(1000, 900, 0.1), way(3000, 3000, 0)])
    expect(sum).toEqual({ sentPps: 4000, receivedPps: 3900, lossRatio: 0.025 })
  })

  it('knows no sum where a part is not known', () => {
    expect(together([way(null, 900, 0.1), way(3000, 3000, 0)])).toEqual({
      sentPps: null,
      receivedPps: 3900,
      lossRatio: null,
    })
  })
})

describe('a run as a trial', () => {
  it('loses what did not arrive', () => {
    expect(trial({ udp: stream(1000, 10) })).toMatchObject({
      lossRatio: 0.01,
      limitedByGenerator: false,
      effectiveS: 1,
    })
  })

  it('loses what was never sent, and the generator was the limit', () => {
    expect(trial({ udp: stream(900, 0) })).toMatchObject({ lossRatio: 0.1, limitedByGenerator: true })
  })

  it('loses the load that was not reached, beyond what the profile tolerates', () => {
    expect(trial({ udp: stream(1000, 0, 1.01) })).toMatchObject({ lossRatio: 0, limitedByGenerator: false })
    expect(trial({ udp: stream(1000, 0, 2) })).toMatchObject({
      lossRatio: 0.5,
      limitedByGenerator: true,
      effectiveS: 2,
    })
  })

  it('that is invalid was limited by the generator', () => {
    expect(trial({ udp: stream(1000, 0) }, 'invalid').limitedByGenerator).toBe(true)
  })

  it('does not lose what other streams lose, nor gain what they copy', () => {
    expect(trial({ udp: stream(1000, 0), canary: stream(10, 10) }).lossRatio).toBe(0)
    expect(trial({ udp: stream(1000, -5) }).lossRatio).toBe(0)
  })

  it('judges goals by its own loss ratio', () => {
    expect(trial({ udp: stream(900, 0) }).values.metrics.loss_ratio).toBe(0.1)
  })

  it('of which nothing came back is silent', () => {
    const silent = (rx_packets: number | null) =>
      isSilent(aTrial(1, 1, 1, { metrics: { tx_packets: 5, rx_packets } }))
    expect([silent(0), silent(1), silent(null)]).toEqual([true, false, false])
  })
})

describe('directions', () => {
  const both = [
    udp,
    { ...udp, name: 'more' },
    { name: 'back', tx: 'b', rx: 'a', weight: 1 },
    { ...udp, name: 'x', rx: null },
  ]

  it('are told apart by their ports', () => {
    const streams = { udp: stream(100, 10), more: stream(100, 0), back: stream(50, 50), x: stream(1, null) }
    expect(directionsOf(both, streams as never)).toEqual([
      { tx: 'a', rx: 'b', sentPps: 200, receivedPps: 190, lossRatio: 0.05 },
      { tx: 'b', rx: 'a', sentPps: 50, receivedPps: 0, lossRatio: 1 },
    ])
  })

  it('are unknown where a part is', () => {
    const streams = { udp: stream(100, 10), more: stream(100, null), back: stream(50, 50) }
    expect(directionsOf(both, streams as never)[0]).toMatchObject({ receivedPps: null, lossRatio: null })
  })
})

describe('a pool of stored trials', () => {
  it('gives each once, for the same load and length', () => {
    const pool = new Pool([aTrial(10, 1, 0.1), aTrial(10, 1, 0.2), aTrial(10, 2, 0.3)])
    const take = (loadPps: number, durationS: number, frames?: number) =>
      pool.take({ loadPps, durationS, ...(frames !== undefined && { frames }) })?.lossRatio
    expect([take(10, 2), take(10, 1), take(11, 1), take(10, 1, 5), take(10, 1), take(10, 1)]).toEqual([
      0.3,
      0.1,
      undefined,
      undefined,
      0.2,
      undefined,
    ])
  })
})
