import { type Arbitrary, array, assert, asyncProperty, integer, nat, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountResult } from './accounts.js'
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
  /** Of three groups: packets sent, and of those lost, and those that came twice. */
  groups: { sent: number; lost: number; copies: number; latencies: number[] }[]
}

const aGroup: Arbitrary<Share['groups'][number]> = record({
  sent: nat(90_000),
  lost: nat(500),
  copies: nat(9),
  latencies: array(integer({ min: 1, max: 1_000_000 }), { maxLength: 5 }),
}).map(group => (group.sent === 0 ? { sent: 0, lost: 0, copies: 0, latencies: [] } : group))

const aShare = record<Share>({
  sent: integer({ min: 1000, max: 1_000_000 }),
  lost: nat(500),
  copies: nat(9),
  late: nat(7),
  extent: nat(60),
  ringFullNs: nat(1_000_000),
  stallNs: nat(1_000_000),
  latencies: array(integer({ min: 1, max: 59_000_000_000 }), { maxLength: 30 }),
  groups: array(aGroup, { minLength: 3, maxLength: 3 }),
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
  return anOutcome({
    final: aSnapshot({ tx, rx }),
    latency: [{ streams: [0], counts }],
    groups: [groupsOf(shares)],
  })
}

const GROUPS = ['size=64', 'size=128', 'size=256']

/** Each queue has a receiver of its own. */
const groupsOf = (shares: readonly Share[]) => ({
  stream: 0,
  sent: GROUPS.map((_, cell) => shares.reduce((sum, { groups }) => sum + groups[cell]!.sent, 0)),
  received: shares.map(({ groups }) =>
    groups.map(({ sent, lost, copies, latencies }) => ({
      packets: Math.max(0, sent - lost) + copies,
      duplicates: copies,
      reordered: 0,
      stale: 0,
      latencyCount: latencies.length,
      latencySumNs: latencies.reduce((sum, ns) => sum + ns, 0),
      latencyMinNs: latencies.length > 0 ? Math.min(...latencies) : 0,
      latencyMaxNs: Math.max(0, ...latencies),
      order: null,
    })),
  ),
  histograms: null,
})

const account = {
  fields: ['size'],
  groups: GROUPS,
  period: 3,
  frames: [],
  sequence: [],
  sizeDraw: null,
  programs: [],
}

const resultOf = (shares: readonly Share[], shards: number): Promise<Result> =>
  aResult({
    plan: aPlan({ streams: [aStream({ account })], account: ['size'], expect: [expectation] }),
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

function expectSameAccounts({ accounts: found = [] }: Result, { accounts: wanted = [] }: Result) {
  expect(found.map(({ stream, by }) => [stream, by])).toEqual(wanted.map(({ stream, by }) => [stream, by]))
  for (const [k, { groups, outages }] of wanted.entries()) {
    expect(Object.keys(found[k]!.groups).sort()).toEqual(Object.keys(groups).sort())
    for (const [name, group] of Object.entries(groups)) expectSame(found[k]!.groups[name]!, group)
    expect(found[k]!.outages).toEqual(outages)
  }
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
      expectSameAccounts(found, whole)
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
  groups: GROUPS.map(() => ({ sent: 300, lost: 0, copies: 0, latencies: [1000] })),
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

  it('know no percentile of groups, of which no histograms are stored, and say so', async () => {
    const [first] = await two()
    const withP99 = (result: Result): Result => {
      const [{ groups, ...rest }] = result.accounts as [AccountResult]
      const timed = Object.entries(groups).map(([name, group]) => [name, { ...group, latency_p99_ns: 1000 }])
      return { ...result, accounts: [{ ...rest, groups: Object.fromEntries(timed) }] }
    }
    const parts = ['run 1', 'run 2'].map(name => part(name, withP99(first!.result)))
    const found = mergeResults({ way: 'repeats', parts, histogram: () => null })
    expect(found.accounts![0]!.groups['size=64']).toMatchObject({
      tx_packets: 600,
      latency_count: 2,
      latency_max_ns: 1000,
    })
    expect(found.accounts![0]!.groups['size=64']).not.toHaveProperty('latency_p99_ns')
    expect(found.warnings.map(({ code }) => code)).toContain('groups-without-percentiles')
  })

  it('keep the longest outage of a group, and do not guess which groups of two parts are the same', async () => {
    const [first] = await two()
    const lossy = (outage_ns: number, unrecovered: number) => (result: Result) => {
      const [{ outages, ...rest }] = result.accounts as [AccountResult]
      const group = {
        tx_packets: 10,
        rx_packets: 8,
        lost: 2,
        duplicates: 0,
        gaps: 1,
        longest_gap: 2,
        outage_ns,
      }
      return {
        ...result,
        accounts: [{ ...rest, outages: { ...outages, unrecovered }, groups: { g: group } }],
      }
    }
    const merged = (a: number, b: number) =>
      mergeResults({
        way: 'repeats',
        parts: [part('run 1', lossy(50, a)(first!.result)), part('run 2', lossy(70, b)(first!.result))],
        histogram: () => null,
      }).accounts![0]!
    expect(merged(1, 0).groups.g).toMatchObject({ lost: 4, gaps: 2, longest_gap: 2, outage_ns: 70 })
    expect(merged(1, 0).outages).toMatchObject({ lossy: 1, unrecovered: 1, max_ns: 70 })
    expect([merged(0, 0).outages.unrecovered, merged(1, 1).outages.unrecovered]).toEqual([0, null])
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
