import { describe, expect, it } from 'vitest'
import type { RunOutcome } from '../gen/snapshot.js'
import type { Plan } from '../templates/plan.js'
import { metricNames } from '../units/metrics.js'
import { aResult } from './result.testing.js'
import {
  anOutcome,
  anRxQueue,
  aPlan,
  aSnapshot,
  aStream,
  aStreamRx,
  aTxQueue,
  bucketCounts,
} from './run.testing.js'

const build = (plan: Partial<Plan> = {}, outcome: Partial<RunOutcome> = {}, shards = 1) =>
  aResult({
    plan: aPlan(plan),
    outcome: anOutcome(outcome),
    shards,
  })

describe('the result of a run', () => {
  it('has every metric of the schema, in total and per stream', async () => {
    const { metrics, streams, schema } = await build()
    expect(schema).toBe('nmgen.result/1')
    expect(Object.keys(metrics).sort()).toEqual([...metricNames].sort())
    expect(Object.keys(streams.udp!).sort()).toEqual([...metricNames, 'asked', 'measured_by'].sort())
  })

  it('derives both layers from frames with FCS', async () => {
    const { metrics } = await build()
    expect(metrics).toMatchObject({
      tx_packets: 1_000_000,
      tx_bytes: 64_000_000,
      duration_s: 1,
      tx_pps: 1_000_000,
      tx_bps_l2: 512_000_000,
      tx_bps_l1: 672_000_000,
      offered_pps: 1_000_000,
      cycles_per_packet: 50,
      late_packets: null,
    })
  })

  it('measures the duration from the first packet of any queue to the last of any', async () => {
    const tx = [aTxQueue({ firstNs: 1e9, lastNs: 2e9 }), aTxQueue({ queue: 1, firstNs: 15e8, lastNs: 3e9 })]
    const { metrics } = await build({}, { final: aSnapshot({ tx }) })
    expect(metrics.duration_s).toBe(2)
    expect(metrics.tx_pps).toBe(1_000_000)
  })

  it('keeps mean and extremes exact, and percentiles within them', async () => {
    const { metrics } = await build()
    expect(metrics).toMatchObject({
      latency_count: 1_000_000,
      latency_min_ns: 1000,
      latency_mean_ns: 1500,
      latency_p50_ns: 1000,
      latency_p90_ns: 1500,
      latency_p99_ns: 1900,
      latency_p999_ns: 1900,
      latency_max_ns: 2001,
    })
  })

  it('merges the latency of streams and keeps each its own', async () => {
    const streams = [aStream(), aStream({ id: 1, name: 'b' })]
    const part = { packets: 500_000, frameBytes: 32_000_000, firstNs: 5e8, lastNs: 15e8 }
    const rx = (ns: number) =>
      aStreamRx({
        packets: 500_000,
        latencySumNs: 500_000 * ns,
        latencyMinNs: ns,
        latencyMaxNs: ns,
      })
    const final = aSnapshot({
      tx: [aTxQueue({ streams: [part, part] })],
      rx: [anRxQueue({ streams: [rx(1000), rx(9000)] })],
    })
    const latency = [
      { streams: [0], counts: bucketCounts([[1000, 500_000]]) },
      { streams: [1], counts: bucketCounts([[9000, 500_000]]) },
    ]
    const result = await build({ streams }, { final, latency })
    expect(result.metrics).toMatchObject({
      latency_mean_ns: 5000,
      latency_p50_ns: 1000,
      latency_p90_ns: 9000,
    })
    expect(result.streams.b).toMatchObject({ latency_p50_ns: 9000, tx_packets: 500_000, lost: 0 })
    // Two streams share the queue: nobody knows whose cycles these were.
    expect(result.streams.b).toMatchObject({ cycles_per_packet: null, unsent: null })
  })

  it('has no percentiles per stream where one histogram is of all streams', async () => {
    const latency = [{ streams: [0, 1], counts: bucketCounts([[1500, 1_000_000]]) }]
    const { metrics, streams } = await build({}, { latency })
    expect(metrics.latency_p50_ns).toBe(1500)
    expect(streams.udp).toMatchObject({
      latency_p50_ns: null,
      latency_mean_ns: 1500,
      latency_count: 1_000_000,
    })
  })

  it('says null, never 0, of what was not measured', async () => {
    const { metrics } = await build(
      { streams: [aStream({ rx: null, signature: null })] },
      { latency: [], final: aSnapshot({ rx: [] }) },
    )
    for (const name of [
      'rx_packets',
      'rx_pps',
      'lost',
      'loss_ratio',
      'duplicates',
      'latency_count',
    ] as const) {
      expect(metrics[name], name).toBeNull()
    }
  })

  it('knows neither copies nor latency of a stream that is counted by matching', async () => {
    const match = { offset: 0, value: new Uint8Array(1), mask: new Uint8Array(1) }
    const rx = [anRxQueue({ streams: [aStreamRx({ packets: 999_000, latencyCount: 0 })] })]
    const result = await build(
      { streams: [aStream({ signature: null, match })] },
      { latency: [], final: aSnapshot({ rx }) },
    )
    expect(result.streams.udp).toMatchObject({
      lost: 1000,
      loss_ratio: 0.001,
      duplicates: null,
      reordered: null,
      corrupted: null,
      latency_count: null,
      measured_by: 'match',
    })
    expect(result.warnings.map(({ code }) => code)).toContain('no-signature')
  })

  it('counts loss of the streams that somebody listens to, and of no other', async () => {
    const streams = [aStream(), aStream({ id: 1, name: 'deaf', rx: null, signature: null })]
    const part = { packets: 500_000, frameBytes: 32_000_000, firstNs: 5e8, lastNs: 15e8 }
    const final = aSnapshot({
      tx: [aTxQueue({ streams: [part, part] })],
      rx: [
        anRxQueue({ streams: [aStreamRx({ packets: 499_000 }), aStreamRx({ packets: 0, latencyCount: 0 })] }),
      ],
    })
    const { metrics } = await build({ streams }, { final })
    expect(metrics).toMatchObject({ lost: 1000, loss_ratio: 0.002, rx_packets: 499_000 })
  })

  it('lists queues of both directions', async () => {
    const { queues, ports } = await build()
    expect(queues).toMatchObject([
      {
        direction: 'tx',
        port: 'lab',
        queue: 0,
        cpu: 1,
        tx_packets: 1_000_000,
        ring_full: 0,
        ring_full_ns: 0,
      },
      { direction: 'rx', port: 'lab', queue: 0, cpu: 0, rx_packets: 1_000_000, device_drops: 0 },
    ])
    expect(ports).toMatchObject([
      { name: 'lab', uri: 'loop:lab', tx_packets: 1_000_000, rx_packets: 1_000_000 },
    ])
  })

  it('survives JSON unchanged', async () => {
    const result = await build()
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  it('has no rates where nothing was sent', async () => {
    const tx = [aTxQueue({ packets: 0, cycles: 0, firstNs: 0, lastNs: 0 })]
    const rx = [anRxQueue({ streams: [aStreamRx({ packets: 0, latencyCount: 0 })] })]
    const result = await build({}, { latency: [], final: aSnapshot({ tx, rx }) })
    expect(result).toMatchObject({ verdict: 'invalid', limited_by: null })
    expect(result.metrics).toMatchObject({
      tx_packets: 0,
      tx_pps: null,
      duration_s: null,
      loss_ratio: null,
      latency_count: 0,
      latency_p50_ns: null,
    })
  })
})

describe('rates asked for', () => {
  const paced = (rate: Parameters<typeof aStream>[0] & object) => ({ streams: [aStream(rate)] })

  it.each([
    [{ kind: 'pps', pps: 1_000_000 } as const, 1_000_000],
    [{ kind: 'bps', bps: 672_000_000, layer: 1 } as const, 1_000_000],
    [{ kind: 'bps', bps: 512_000_000, layer: 2 } as const, 1_000_000],
    [{ kind: 'percent', percent: 50 } as const, 1_000_000],
  ])('%o is %d packets a second of 64 bytes', async (rate, pps) => {
    const ports = [
      { port: 'lab', uri: 'loop:lab', backend: 'loop', facts: {}, linkBps: 1_344_000_000, counters: {} },
    ]
    const result = await build(paced({ rate }), { ports })
    expect(result.metrics.offered_pps).toBeCloseTo(pps, 6)
    expect(result).toMatchObject({ verdict: 'pass', limited_by: 'pacing' })
  })

  it('are unknown as a share of a link without a speed', async () => {
    const result = await build(paced({ rate: { kind: 'percent', percent: 50 } }))
    expect(result.metrics.offered_pps).toBeNull()
  })

  it('missed by more than 1 % make the run invalid, whatever the thresholds say', async () => {
    const expect_ = [{ text: 'lost == 1', metric: 'lost', op: '==' as const, value: 1, path: [] }]
    const result = await build({ ...paced({ rate: { kind: 'pps', pps: 1_020_000 } }), expect: expect_ })
    expect(result).toMatchObject({ verdict: 'invalid', limited_by: 'generator' })
    expect(result.warnings.map(({ code }) => code)).toContain('rate-missed')
  })

  it('are met within 1 %', async () => {
    const result = await build(paced({ rate: { kind: 'pps', pps: 1_009_000 } }))
    expect(result.verdict).toBe('pass')
  })

  it('are of one share where the run is one of several', async () => {
    const result = await build(paced({ rate: { kind: 'pps', pps: 4_000_000 } }), {}, 4)
    expect(result.metrics.offered_pps).toBe(1_000_000)
    expect(result.verdict).toBe('pass')
  })
})

describe('limits', () => {
  it('a ring that was full a tenth of the time', async () => {
    const result = await build({}, { final: aSnapshot({ tx: [aTxQueue({ ringFull: 9, ringFullNs: 1e8 })] }) })
    expect(result.limited_by).toBe('ring')
  })

  it('a full link, even where its ring was full', async () => {
    const ports = [{ port: 'lab', uri: 'x', backend: 'x', facts: {}, linkBps: 675_000_000, counters: {} }]
    const final = aSnapshot({ tx: [aTxQueue({ ringFullNs: 9e8 })] })
    expect((await build({}, { ports, final })).limited_by).toBe('link')
  })

  it('the kernel, where most of the time went into its calls', async () => {
    const final = (systemNs: number) => aSnapshot({ tx: [aTxQueue({ systemNs })] })
    expect((await build({}, { final: final(6e8) })).limited_by).toBe('kernel')
    expect((await build({}, { final: final(4e8) })).limited_by).toBe('generator')
  })

  it('else nmgen', async () => {
    expect((await build()).limited_by).toBe('generator')
  })
})
