import { array, assert, asyncProperty, integer, nat, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadHdr, toHistogram } from './latency.js'
import { mergeResults, type Part, type Parts } from './merge.js'
import type { Result } from './result.js'
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

const hdr = await loadHdr()

/** What one TX queue sent and its receiver counted; two of them are a run, or two shards of it. */
interface Share {
  sent: number
  lost: number
  copies: number
  late: number
  extent: number
  ringFullNs: number
  stallNs: number
  latencies: number[]
}

const aShare = record<Share>({
  sent: integer({ min: 1000, max: 1_000_000 }),
  lost: nat(500),
  copies: nat(9),
  late: nat(7),
  extent: nat(60),
  ringFullNs: nat(1_000_000),
  stallNs: nat(1_000_000),
  latencies: array(integer({ min: 1, max: 59_000_000_000 }), { maxLength: 30 }),
})

const expectation = { text: 'lost == 0', metric: 'lost', op: '==' as const, value: 0, path: [] }

function outcomeOf(shares: readonly Share[]) {
  const tx = shares.map(({ sent, ringFullNs, stallNs }, queue) =>
    aTxQueue({ queue, packets: sent, ringFullNs, stallNs }),
  )
  const rx = shares.map(({ sent, lost, copies, late, extent, latencies }, queue) => {
    const stream = aStreamRx({
      packets: sent - lost + copies,
      duplicates: copies,
      reordered: late,
      extentMax: late > 0 ? extent : 0,
      extentSum: late > 0 ? extent * late : 0,
      latencyCount: latencies.length,
      latencySumNs: latencies.reduce((sum, ns) => sum + ns, 0),
      latencyMinNs: latencies.length > 0 ? Math.min(...latencies) : 0,
      latencyMaxNs: Math.max(0, ...latencies),
    })
    return anRxQueue({ queue, streams: [stream] })
  })
  const counts = bucketCounts(shares.flatMap(({ latencies }) => latencies.map(ns => [ns, 1] as const)))
  return anOutcome({ final: aSnapshot({ tx, rx }), latency: [{ streams: [0], counts }] })
}

const resultOf = (shares: readonly Share[], shards: number): Promise<Result> =>
  aResult({
    plan: aPlan({ streams: [aStream()], expect: [expectation] }),
    outcome: outcomeOf(shares),
    shards,
  })

const part = (name: string, result: Result): Part => ({ name, file: `${name}.json`, result })

const kept = (shares: readonly Share[]): Parts['histogram'] => {
  const all = toHistogram(
    hdr,
    shares.map(share => outcomeOf([share]).latency[0]!.counts),
  )
  return kind => (kind === 'latency' ? all : null)
}

/** A quotient of sums may round otherwise. */
function expectSame(found: Record<string, unknown>, wanted: Record<string, unknown>) {
  expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort())
  for (const [name, value] of Object.entries(wanted))
    if (typeof value === 'number') {
      const size = Math.max(Math.abs(value), 1)
      const scaled = typeof found[name] === 'number' ? found[name] / size : found[name]
      expect([name, scaled]).toEqual([name, expect.closeTo(value / size, 9)])
    } else expect([name, found[name]]).toEqual([name, value])
}

describe('shards of a run, merged', () => {
  // How many gaps a receiver saw is not known where two share a sequence, as the queues of this made-up run do.
  const own = ({ gaps: _, longest_gap: __, outage_ns: ___, ...rest }: Result['metrics']) => rest

  it('are the run', async () => {
    const equal = async (all: Share[]) => {
      const whole = await resultOf(all, 1)
      const parts = await Promise.all(all.map(share => resultOf([share], all.length)))
      const found = mergeResults({
        way: 'shards',
        parts: parts.map((result, i) => part(`${i + 1}/${all.length}`, result)),
        histogram: kept(all),
      })
      expectSame(own(found.metrics), own(whole.metrics))
      expectSame(own(found.streams.udp!), own(whole.streams.udp!))
      expect([found.verdict, found.thresholds]).toEqual([whole.verdict, whole.thresholds])
    }
    await assert(asyncProperty(array(aShare, { minLength: 2, maxLength: 4 }), equal), { numRuns: 60 })
  })
})

const share: Share = {
  sent: 1000,
  lost: 0,
  copies: 0,
  late: 0,
  extent: 0,
  ringFullNs: 10,
  stallNs: 10,
  latencies: [1000, 2000],
}

const two = async (change: (result: Result) => Result = one => one) => {
  const one = await resultOf([share], 1)
  return [part('run 1', one), part('run 2', change(one))]
}

describe('runs one after the other, merged', () => {
  it('took their times together, and sent at the mean of their rates', async () => {
    const parts = await two()
    const { metrics, ports, queues, merged } = mergeResults({
      way: 'repeats',
      parts,
      histogram: kept([share, share]),
    })
    const [{ result: one }] = parts as [Part]
    expect(metrics).toMatchObject({
      tx_packets: 2000,
      duration_s: 2 * one.metrics.duration_s!,
      tx_pps: one.metrics.tx_pps,
      latency_count: 4,
    })
    expect(ports.map(({ name }) => name)).toEqual(['run 1 lab', 'run 2 lab'])
    expect(queues.map(({ port }) => port)).toEqual(['run 1 lab', 'run 1 lab', 'run 2 lab', 'run 2 lab'])
    expect(merged!.parts.map(({ file }) => file)).toEqual(['run 1.json', 'run 2.json'])
  })

  it('prove nothing where one of them does not', async () => {
    const parts = await two(one => ({ ...one, verdict: 'interrupted', stopped: 'interrupted' }))
    const found = mergeResults({ way: 'repeats', parts, histogram: () => null })
    expect([found.verdict, found.stopped]).toEqual(['interrupted', 'interrupted'])
  })

  it('know no percentile of which the histograms are those of other packets', async () => {
    const parts = await two()
    const { metrics } = mergeResults({ way: 'repeats', parts, histogram: kept([share]) })
    expect([metrics.latency_p99_ns, metrics.latency_max_ns]).toEqual([null, 2000])
  })

  it('do not know what one of them did not measure', async () => {
    const parts = await two(one => ({ ...one, metrics: { ...one.metrics, duplicates: null } }))
    const { metrics } = mergeResults({ way: 'repeats', parts, histogram: () => null })
    expect([metrics.duplicates, metrics.corrupted]).toEqual([null, 0])
  })

  it('say once what all of them say, and of whom the rest is', async () => {
    const warning = (message: string) => ({ code: 'late-packets', message })
    const parts = await two(one => ({ ...one, warnings: [warning('both'), warning('one')] }))
    parts[0]!.result = { ...parts[0]!.result, warnings: [warning('both')] }
    const { warnings } = mergeResults({ way: 'repeats', parts, histogram: () => null })
    expect(warnings.map(({ message }) => message)).toEqual(['both', 'run 2: one'])
  })
})
