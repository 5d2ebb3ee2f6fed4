import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { metricNames } from '../../src/units/metrics.js'
import { expectToAddUp } from './add-up.js'
import { nmgen, profiles, runJson } from './nmgen.js'

const udp = 'profiles/udp-64b.yaml'
const two = 'test/fixtures/two-streams.yaml'

/** What scripts are promised; a name that is missing or misspelt breaks somebody's script. */
const promised = [
  'tx_packets tx_bytes tx_pps tx_bps_l1 tx_bps_l2 offered_pps duration_s rx_packets rx_pps lost loss_ratio',
  'duplicates reordered corrupted late_packets unsent latency_min_ns latency_mean_ns latency_p50_ns',
  'ring_full_ns longest_stall_ns',
  ...['schedule', 'lateness'].map(
    kind =>
      `${kind}_min_ns ${kind}_mean_ns ${kind}_p50_ns ${kind}_p90_ns ${kind}_p99_ns ${kind}_p999_ns ${kind}_max_ns ${kind}_count`,
  ),
  'latency_p90_ns latency_p99_ns latency_p999_ns latency_max_ns latency_count cycles_per_packet',
  'reorder_extent_max reorder_extent_mean gaps longest_gap outage_ns',
].flatMap(line => line.split(' '))

/** Of the others every combination is a run. */
const matrices = profiles.filter(file => readFileSync(file, 'utf8').includes('\nmatrix:'))
const single = profiles.filter(file => !matrices.includes(file))

/** A name with a dot is that of an alternative, whose packets are the stream's. */
const streamsOf = ({ streams }: Result): number =>
  Object.keys(streams).filter(name => !name.includes('.')).length

describe('nmgen run', () => {
  it('sends a second of the smallest frames on loop, and loses none', async () => {
    const { code, result, stderr } = await runJson([udp, '--duration', '1s', '--no-out', '--quiet'])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(result).toMatchObject({ schema: 'nmgen.result/1', verdict: 'pass', stopped: 'duration' })
    const { metrics } = result
    expect(metrics).toMatchObject({ loss_ratio: 0, lost: 0, duplicates: 0, reordered: 0, corrupted: 0 })
    expect(metrics.tx_packets).toBeGreaterThan(0)
    expect(metrics.tx_bytes).toBe(metrics.tx_packets! * 64)
    expect(metrics.rx_packets).toBe(metrics.tx_packets)
    expect(metrics.latency_count).toBe(metrics.rx_packets)
    expectToAddUp(result)
  })

  it('gives every metric of the contract, in all and for each stream, and no other', async () => {
    const { result } = await runJson([two, '--count', '1000', '--no-out'])
    expect([...metricNames].sort()).toEqual([...promised].sort())
    expect(Object.keys(result.metrics).sort()).toEqual([...promised].sort())
    expect(Object.keys(result.streams)).toEqual(['mix', 'tagged'])
    for (const stream of Object.values(result.streams))
      expect(Object.keys(stream)).toEqual(expect.arrayContaining(promised))
  })

  it('counts each packet once a stream and once a queue', async () => {
    const { code, result } = await runJson([two, '--count', '12000', '--rate', 'line', '--no-out'])
    expect(code).toBe(0)
    expect(result.stopped).toBe('count')
    expect(result.queues.map(({ direction, queue }) => `${direction}${queue}`)).toEqual([
      'tx0',
      'tx1',
      'rx0',
      'rx1',
    ])
    expect(result.streams.mix).toMatchObject({
      tx_packets: 12_000,
      tx_bytes: 1000 * (7 * 64 + 4 * 570 + 1518),
    })
    expect(result.streams.tagged).toMatchObject({ tx_packets: 12_000, tx_bytes: 12_000 * 128 })
    expectToAddUp(result)
  })

  it('sends exactly what a paced run is due', async () => {
    const { result } = await runJson([two, '--duration', '500ms', '--no-out'])
    expect(result.streams.mix!.tx_packets).toBe(30_000)
    expect(result.streams.tagged!.tx_packets).toBe(10_000)
    expect(result.metrics).toMatchObject({ offered_pps: 80_000, unsent: 0, lost: 0 })
    expectToAddUp(result)
  })

  it.each(single)('sends %s without a loss', async profile => {
    // At line rate, as some streams of a profile may send only ten packets a second.
    const { code, result } = await runJson([profile, '--count', '20000', '--rate', 'line', '--no-out'])
    const { tx_packets: packets } = result.metrics
    const asked = 20_000 * streamsOf(result)
    if (readFileSync(profile, 'utf8').includes('mtu:')) expect(packets).toBeGreaterThan(asked)
    else expect(packets).toBe(asked)
    expect(result.metrics).toMatchObject({ rx_packets: packets, lost: 0, loss_ratio: 0 })
    // null where there is no signature to tell it by.
    const { duplicates, corrupted, reordered } = result.metrics
    expect([duplicates, corrupted, reordered].filter(count => count !== null && count > 0)).toEqual([])
    // How late a packet leaves is the machine's affair.
    expect(result.warnings.filter(({ code }) => !/cpu|no-signature|late/.test(code))).toEqual([])
    expect([code, result.verdict]).toEqual([0, 'pass'])
    expectToAddUp(result)
  })

  it.each(matrices)('sends every combination of %s without a loss', async profile => {
    const { code, stdout } = await nmgen(['run', profile, '--count', '2000', '--no-out', '--json'])
    const { schema, runs } = JSON.parse(stdout) as { schema: string; runs: { result: Result }[] }
    expect([code, schema, runs.length > 1]).toEqual([0, 'nmgen.matrix/1', true])
    for (const { result } of runs) {
      const packets = 2000 * streamsOf(result)
      expect(result.metrics).toMatchObject({ tx_packets: packets, rx_packets: packets, lost: 0 })
      expectToAddUp(result)
    }
  })

  it.each([
    ['skip', 'duration', 'skipped'],
    ['fail', 'late', undefined],
  ])('does what --late %s says where the rate is beyond it, and is invalid', async (late, stopped, code) => {
    const run = await runJson([udp, '--rate', '900Mpps', '--duration', '200ms', '--late', late, '--no-out'])
    expect(run.code).toBe(11)
    expect(run.result).toMatchObject({ verdict: 'invalid', stopped })
    expect(run.result.metrics.unsent).toBeGreaterThan(0)
    expect(run.result.metrics.longest_stall_ns).toBeGreaterThan(0)
    if (code) expect(run.result.warnings.map(warning => warning.code)).toContain(code)
    else expect(run.result.error?.code).toBe('too-late')
    expectToAddUp(run.result)
  })

  it('measures latency wherever the signature has room', async () => {
    const counts = Object.fromEntries(
      await Promise.all(
        // One after the other would take long, and all at once would keep each from its CPU.
        ['udp-64b', 'ipv6-udp', 'tcp-syn'].map(async name => {
          const profile = `profiles/${name}.yaml`
          const { result } = await runJson([profile, '--count', '1000', '--no-out'])
          return [profile, result.metrics.latency_count]
        }),
      ),
    )
    expect(counts).toMatchObject({ 'profiles/udp-64b.yaml': 1000, 'profiles/ipv6-udp.yaml': 1000 })
    expect(counts['profiles/tcp-syn.yaml']).toBe(null)
  })

  it('takes the same from the environment, where no flag says otherwise', async () => {
    const env = { NMGEN_COUNT: '300', NMGEN_SEED: '5' }
    const { result } = await runJson([udp, '--seed', '9', '--no-out'], { env })
    expect(result.metrics.tx_packets).toBe(300)
    expect(result.profile).toMatchObject({ seed: 9, overrides: { seed: '9', count: '300' } })
  })
})
