import { describe, expect, it } from 'vitest'
import type { RunOutcome } from '../gen/snapshot.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { aResult } from './result.testing.js'
import { anOutcome, anRxQueue, aPlan, aSnapshot, aStream, aTxQueue } from './run.testing.js'

interface Part {
  packets: number
  firstS: number
  lastS: number
}

/** Streams that nobody listens to, what each sent and when, in a run of 10 s. */
const result = (
  streams: readonly (Partial<StreamPlan> & { sent: Part })[],
  outcome: Partial<RunOutcome> = {},
  plan: Partial<Plan> = {},
) => {
  const parts = streams.map(({ sent: { packets, firstS, lastS } }) => ({
    packets,
    frameBytes: packets * 64,
    firstNs: firstS * 1e9,
    lastNs: lastS * 1e9,
  }))
  const packets = parts.reduce((sum, part) => sum + part.packets, 0)
  const queue = aTxQueue({ packets, streams: parts, firstNs: 0, lastNs: 10e9 })
  const silent = { rx: null, signature: null }
  return aResult({
    plan: aPlan({
      durationNs: 10e9,
      streams: streams.map(({ sent: _, ...change }, id) =>
        aStream({ id, name: `s${id}`, ...silent, ...change }),
      ),
      ...plan,
    }),
    outcome: anOutcome({
      final: aSnapshot({ tx: [queue], rx: [anRxQueue({ streams: [] })] }),
      latency: [],
      ...outcome,
    }),
  })
}

const rate = { kind: 'pps', pps: 1000 } as const
const sent = (packets: number, firstS: number, lastS: number): Part => ({ packets, firstS, lastS })

describe('a stream that sends in a part of the run', () => {
  it('is judged by that part, and has its rate there', async () => {
    const { verdict, streams, metrics } = await result([
      { rate, startNs: 2e9, forNs: 5e9, sent: sent(5000, 2, 7) },
    ])
    expect(verdict).toBe('pass')
    expect(streams.s0).toMatchObject({ tx_pps: 1000, offered_pps: 1000, duration_s: 5 })
    expect(metrics.offered_pps).toBe(500)
  })

  it('has missed its rate where packets of that part are missing', async () => {
    expect((await result([{ rate, startNs: 2e9, sent: sent(7000, 2, 10) }])).verdict).toBe('invalid')
  })

  it('is judged from where it started, if it came after others', async () => {
    const fill = { rate, count: 3000, sent: sent(3000, 0, 3) }
    const held = await result([fill, { rate, after: [0], sent: sent(7000, 3, 10) }])
    expect(held.verdict).toBe('pass')
    expect(held.streams.s0).toMatchObject({ tx_pps: 1000 })
    expect((await result([fill, { rate, after: [0], sent: sent(6000, 3, 10) }])).verdict).toBe('invalid')
    expect((await result([fill, { rate, after: [0], forNs: 2e9, sent: sent(2000, 3, 5) }])).verdict).toBe(
      'pass',
    )
  })

  it('that never started is told of, and makes nothing invalid', async () => {
    const { verdict, warnings, streams } = await result([
      { rate, count: 20_000, sent: sent(10_000, 0, 10) },
      { rate, after: [0], sent: sent(0, 0, 0) },
    ])
    expect(verdict).toBe('pass')
    expect(warnings.map(({ code }) => code)).toContain('never-started')
    expect(streams.s1).toMatchObject({ tx_packets: 0, offered_pps: 0 })
  })

  it('is no news in a run that was stopped', async () => {
    const streams = [
      { rate, count: 20_000, sent: sent(10_000, 0, 10) },
      { rate, after: [0], sent: sent(0, 0, 0) },
    ]
    const { warnings } = await result(streams, { stopped: 'interrupted' })
    expect(warnings.map(({ code }) => code)).not.toContain('never-started')
  })
})

describe('a count that the duration did not let a stream reach', () => {
  const codes = async (count: number, stopped: 'duration' | 'interrupted') => {
    const { warnings } = await result([{ rate, count, sent: sent(10_000, 0, 10) }], { stopped })
    return warnings.map(({ code }) => code)
  }

  it('is told of', async () => {
    expect(await codes(20_000, 'duration')).toContain('count-not-reached')
  })

  it('is no news where it was reached, or somebody stopped the run', async () => {
    expect(await codes(10_000, 'duration')).not.toContain('count-not-reached')
    expect(await codes(20_000, 'interrupted')).not.toContain('count-not-reached')
  })
})

describe('a shape', () => {
  it('of a ramp is held by its integral, and offered as its mean', async () => {
    const load = { kind: 'ramp', from: { kind: 'pps', pps: 0 }, to: rate, overNs: 10e9 } as const
    const { verdict, metrics, limited_by } = await result([{ rate: load, sent: sent(5000, 0, 10) }])
    expect(verdict).toBe('pass')
    expect(metrics.offered_pps).toBe(500)
    expect(limited_by).toBe('pacing')
  })

  it('of chance may be off by four sigma', async () => {
    const load = { kind: 'poisson', rate } as const
    expect((await result([{ rate: load, sent: sent(9_650, 0, 10) }])).verdict).toBe('pass')
    expect((await result([{ rate: load, sent: sent(9_550, 0, 10) }])).verdict).toBe('invalid')
  })

  it('of bursts has them as its average', async () => {
    const load = { kind: 'burst', frames: 100, everyNs: 1e8 } as const
    const { verdict, streams } = await result([{ rate: load, sent: sent(10_000, 0, 9.9) }])
    expect(verdict).toBe('pass')
    expect(streams.s0!.offered_pps).toBe(1000)
  })
})
