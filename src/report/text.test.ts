import { describe, expect, it } from 'vitest'
import { count } from '../stats/format.js'
import type { Result } from '../stats/result.js'
import { aResult } from '../stats/result.testing.js'
import { anOutcome, anRxQueue, aPlan, aSnapshot, aStream, aStreamRx, aTxQueue } from '../stats/run.testing.js'
import { plainStyle } from '../stats/style.js'
import { rows } from './rows.js'
import { resultText } from './text.js'

type Run = { plan?: Parameters<typeof aPlan>[0]; outcome?: Parameters<typeof anOutcome>[0] }

const cut = { extentMax: 3, gaps: 2, longestGap: 900, outageNs: 450_000, expected: 2_000_000 }

const build = ({ plan, outcome }: Run = {}): Promise<Result> =>
  aResult({
    plan: aPlan(plan),
    outcome: anOutcome(outcome),
  })

const expecting = (text: string, metric: string, value: number) => ({
  text,
  metric,
  op: '<' as const,
  value,
  path: [],
})

const lossy: Run = {
  plan: {
    expect: [
      expecting('latency_p99_ns < 1us', 'latency_p99_ns', 1000),
      expecting('loss_ratio < 1%', 'loss_ratio', 0.01),
    ],
  },
  outcome: {
    final: aSnapshot({
      tx: [
        aTxQueue({ ringFull: 17, ringFullNs: 4e8 }),
        aTxQueue({
          queue: 1,
          cpu: 2,
          streams: [{ packets: 1_000_000, frameBytes: 64_000_000, firstNs: 5e8, lastNs: 15e8 }],
        }),
      ],
      rx: [
        anRxQueue({
          unknown: 3,
          streams: [aStreamRx({ packets: 1_999_000, reordered: 7, ...cut })],
        }),
      ],
    }),
  },
}

const mixed: Run = {
  plan: {
    streams: [
      aStream({ name: 'a-stream-with-a-very-long-name' }),
      aStream({ id: 1, name: 'flood', rx: null, signature: null, rate: { kind: 'pps', pps: 2e6 } }),
    ],
  },
}

const render = (result: Result, folder: string | null = 'results/20261123T061500Z-udp-64b-k3f9') =>
  resultText(result, { style: plainStyle, folder })

describe('the summary', () => {
  it('of a plain run', async () => {
    expect(render(await build())).toMatchInlineSnapshot(`
      "PASS  udp-64b: no thresholds set, nothing lost

        asked       line rate
        offered     1 Mpps
        sent        1,000,000 packets   in 1 s   1 Mpps   672 Mbps L1, 512 Mbps L2
        limited by  nmgen itself: rings had room   50.0 cycles a packet
        received    1,000,000 packets   1 Mpps
        lost        0 packets   0 %
        latency     p50 1 us   p90 1.500 us   p99 1.900 us   p99.9 1.900 us
                    min 1 us   mean 1.500 us   max 2.001 us   1,000,000 samples

        results     results/20261123T061500Z-udp-64b-k3f9
      "
    `)
  })

  it('of a run with thresholds, loss and two queues', async () => {
    expect(render(await build(lossy))).toMatchInlineSnapshot(`
      "FAIL  udp-64b: 1 of 2 thresholds failed

        ✗ latency_p99_ns < 1us: 1.900 us
        ✓ loss_ratio < 1%: 0.05 %

        asked       line rate
        offered     2 Mpps
        sent        2,000,000 packets   in 1 s   2 Mpps   1.344 Gbps L1, 1.024 Gbps L2
        limited by  the device: it lost what was sent as asked   50.0 cycles a packet
        received    1,999,000 packets   1.999 Mpps   7 reordered (by 3 at most)
        lost        1,000 packets   0.05 %   in 2 runs of 900 at most   outage 450 us
        latency     p50 1 us   p90 1.500 us   p99 1.900 us   p99.9 1.900 us
                    min 1 us   mean 1.500 us   max 2.001 us   1,999,000 samples

        queue     cpu    packets        rate        L1      held up
        tx lab:0    1  1,000,000      1 Mpps  672 Mbps  40.0 % full
        tx lab:1    2  1,000,000      1 Mpps  672 Mbps   0.0 % full
        rx lab:0    0  1,999,000  1.999 Mpps         -      0 drops

        ! unknown-packets: 3 packets of no stream of this run were received
          advice: keep other traffic off the ports, if it should not be there

        results     results/20261123T061500Z-udp-64b-k3f9
      "
    `)
  })

  it('of a run whose receiver lost packets', async () => {
    const rx = [anRxQueue({ deviceDrops: 12, streams: [aStreamRx({ packets: 999_900 })] })]
    const text = render(await build({ plan: lossy.plan!, outcome: { final: aSnapshot({ rx }) } }))
    expect(text).toContain(
      'INVALID  udp-64b: the receiver of this host may have lost what is missing; this\n         says nothing about the device\n',
    )
    expect(text).toContain('limited by  the receiver of this host: it did not keep up')
    expect(text).toContain('! receiver-drops: the receiver of this host dropped 12 packets')
  })

  it('of several streams, one of which missed its rate', async () => {
    expect(render(await build(mixed), null)).toMatchInlineSnapshot(`
      "INVALID  udp-64b: nmgen did not hold the asked rate; this says nothing about the
               device

        asked       a-stream-with-a-very-long-name line rate   flood 2Mpps
        offered     3 Mpps
        sent        1,000,000 packets   in 1 s   1 Mpps   672 Mbps L1, 512 Mbps L2
        limited by  nmgen itself: rings had room   50.0 cycles a packet
        received    1,000,000 packets   1 Mpps
        lost        0 packets   0 %
        latency     p50 1 us   p90 1.500 us   p99 1.900 us   p99.9 1.900 us
                    min 1 us   mean 1.500 us   max 2.001 us   1,000,000 samples

        stream                     sent    rate  lost       p99       max
        a-stream-with-a-ver~  1,000,000  1 Mpps   0 %  1.900 us  2.001 us
        flood                         0       -     -         -         -

        ! rate-missed: stream flood was asked for 2000000 packets/s and sent 0
          advice: ask for less, or add queues, CPUs or a faster backend
      "
    `)
  })

  it('of a run that broke says why', async () => {
    const error = { code: 'device-lost', message: 'the link of lab went down', hint: 'check the cable' }
    const text = render(await build({ outcome: { stopped: 'failed', error } }))
    expect(text.split('\n').slice(0, 2)).toEqual([
      'BROKEN  udp-64b: the link of lab went down [device-lost]',
      '        check the cable',
    ])
  })

  it.for([60, 80, 200])('has its verdict first, lines of %d columns, and no number cut', async width => {
    for (const run of [{}, lossy, mixed]) {
      const result = await build(run)
      const text = resultText(result, { style: { ...plainStyle, width }, folder: 'results/run' })
      expect(text.startsWith(`${result.verdict.toUpperCase()}  `)).toBe(true)
      expect(text.split('\n').filter(line => line.length > width)).toEqual([])
      const words = text.replace(/\s+/g, ' ')
      for (const part of rows(result).flatMap(({ parts }) => parts)) expect(words).toContain(part)
      for (const queue of run === lossy ? result.queues : [])
        expect(words).toContain(` ${count(queue.direction === 'tx' ? queue.tx_packets : queue.rx_packets)} `)
    }
  })

  it('of two queues, where there is little room', async () => {
    const style = { ...plainStyle, width: 60 }
    expect(resultText(await build(lossy), { style, folder: null })).toMatchInlineSnapshot(`
      "FAIL  udp-64b: 1 of 2 thresholds failed

        ✗ latency_p99_ns < 1us: 1.900 us
        ✓ loss_ratio < 1%: 0.05 %

        asked       line rate
        offered     2 Mpps
        sent        2,000,000 packets   in 1 s   2 Mpps
                    1.344 Gbps L1, 1.024 Gbps L2
        limited by  the device: it lost what was sent as asked
                    50.0 cycles a packet
        received    1,999,000 packets   1.999 Mpps
                    7 reordered (by 3 at most)
        lost        1,000 packets   0.05 %
                    in 2 runs of 900 at most   outage 450 us
        latency     p50 1 us   p90 1.500 us   p99 1.900 us
                    p99.9 1.900 us
                    min 1 us   mean 1.500 us   max 2.001 us
                    1,999,000 samples

        tx lab:0
          cpu 1   packets 1,000,000   rate 1 Mpps   L1 672 Mbps
          held up 40.0 % full
        tx lab:1
          cpu 2   packets 1,000,000   rate 1 Mpps   L1 672 Mbps
          held up 0.0 % full
        rx lab:0
          cpu 0   packets 1,999,000   rate 1.999 Mpps   L1 -
          held up 0 drops

        ! unknown-packets: 3 packets of no stream of this run were
          received
          advice: keep other traffic off the ports, if it should
            not be there
      "
    `)
  })

  it('of several streams, where there is much room', async () => {
    const style = { ...plainStyle, width: 200 }
    expect(resultText(await build(mixed), { style, folder: null })).toMatchInlineSnapshot(`
      "INVALID  udp-64b: nmgen did not hold the asked rate; this says nothing about the device

        asked       a-stream-with-a-very-long-name line rate   flood 2Mpps
        offered     3 Mpps
        sent        1,000,000 packets   in 1 s   1 Mpps   672 Mbps L1, 512 Mbps L2
        limited by  nmgen itself: rings had room   50.0 cycles a packet
        received    1,000,000 packets   1 Mpps
        lost        0 packets   0 %
        latency     p50 1 us   p90 1.500 us   p99 1.900 us   p99.9 1.900 us
                    min 1 us   mean 1.500 us   max 2.001 us   1,000,000 samples

        stream                     sent    rate  lost       p99       max
        a-stream-with-a-ver~  1,000,000  1 Mpps   0 %  1.900 us  2.001 us
        flood                         0       -     -         -         -

        ! rate-missed: stream flood was asked for 2000000 packets/s and sent 0
          advice: ask for less, or add queues, CPUs or a faster backend
      "
    `)
  })

  it('shows as many streams as can be read, and says how many more there are', async () => {
    const result = await build()
    const [stream] = Object.values(result.streams)
    const streams = Object.fromEntries(Array.from({ length: 10_000 }, (_, k) => [`s${k}`, stream!]))
    const lines = render({ ...result, streams }).split('\n')
    expect(lines.filter(line => /^ {2}s\d+ /.test(line))).toHaveLength(64)
    expect(lines).toContain('  and 9,936 more: see result.json')
  })

  it('is ASCII where the locale is not UTF-8, and has colour only where asked for', async () => {
    const ascii = resultText(await build(lossy), { style: { ...plainStyle, unicode: false }, folder: null })
    expect(ascii).toMatch(/^[\x20-\x7e\n]+$/)
    expect(ascii).toContain('FAIL latency_p99_ns < 1us')
    const colour = resultText(await build(lossy), { style: { ...plainStyle, colour: true }, folder: null })
    expect(colour).toContain('\x1b[31m✗\x1b[39m')
  })
})
