/** `run --metrics`: asked over HTTP while packets are sent, read by Prometheus' own parser. */
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { type ParsedFamily, parsePrometheus, whyNoPrometheus } from '../lab/prometheus.js'
import { nmgen, startNmgen, until } from './nmgen.js'

const reason = await whyNoPrometheus()

const totalOf = (families: readonly ParsedFamily[], name: string): number => {
  // A counter is called `x_total`, and its family x.
  const { samples } = families.find(family => family.name === name.replace(/_(total|count)$/, ''))!
  return samples.filter(([of]) => of === name).reduce((sum, [, , value]) => sum + value, 0)
}

describe('nmgen run --metrics', () => {
  it('tells what is sent and received while it is, and ends with the run', { timeout: 90_000 }, async ctx => {
    if (reason) ctx.skip(reason)
    const flags = ['--rate', '20kpps', '--duration', '60s', '--metrics', '0', '--no-out', '--json']
    const run = startNmgen(['run', 'profiles/imix.yaml', ...flags], { timeout: 80_000 })
    let said = ''
    run.stderr.on('data', chunk => (said += chunk))
    await until('the address is told', () => /metrics: http\S+/.test(said))
    const [, url] = /metrics: (http\S+)/.exec(said) as unknown as [string, string]
    const scrape = async () => {
      const response = await fetch(url)
      expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
      return await parsePrometheus(await response.text())
    }
    const packets = (families: readonly ParsedFamily[]) => totalOf(families, 'nmgen_latency_seconds_count')
    const scrapeAfter = async (least: number): Promise<ParsedFamily[]> => {
      for (;;) {
        const families = await scrape()
        if (families.some(({ type }) => type === 'histogram') && packets(families) > least) return families
        await new Promise(done => setTimeout(done, 200))
      }
    }
    const first = await scrapeAfter(0)
    const second = await scrapeAfter(packets(first))
    expect((await fetch(new URL('/', url))).status).toBe(404)
    expect((await fetch(url, { method: 'POST' })).status).toBe(405)
    run.kill('SIGINT')
    const result = JSON.parse(String((await run).stdout)) as Result

    for (const name of [
      'nmgen_tx_packets_total',
      'nmgen_rx_packets_total',
      'nmgen_stream_rx_packets_total',
    ]) {
      expect([name, totalOf(first, name)]).toEqual([name, expect.toSatisfy(value => value > 0)])
      expect(totalOf(second, name)).toBeGreaterThan(totalOf(first, name))
      expect(totalOf(second, name)).toBeLessThanOrEqual(result.metrics.tx_packets!)
    }
    const latency = second.find(({ name }) => name === 'nmgen_latency_seconds')!
    expect(latency.type).toBe('histogram')
    const buckets = latency.samples.filter(([name]) => name.endsWith('_bucket')).map(([, , count]) => count)
    expect(buckets).toEqual([...buckets].sort((x, y) => x - y))
    expect(buckets.at(-1)).toBe(totalOf(second, 'nmgen_latency_seconds_count'))
    await expect(fetch(url)).rejects.toThrow()
  })

  it('is told before anything is sent where it cannot be', async () => {
    const cases = [
      [['--metrics', 'here'], 2, /--metrics: `here` is not an address to listen on/],
      [['--metrics', '192.0.2.1:9464'], 4, /cannot listen on 192\.0\.2\.1:9464: EADDRNOTAVAIL/],
    ] as const
    for (const [flags, exit, said] of cases) {
      const { code, stderr } = await nmgen(['run', 'profiles/udp-64b.yaml', '--no-out', ...flags])
      expect([code, stderr]).toEqual([exit, expect.stringMatching(said)])
    }
  })
})
