import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectToAddUp } from '../cli/add-up.js'
import { inFolder, nmgen, runJson, whyNoBackend } from '../cli/nmgen.js'
import { Lab, whyNoLab } from '../lab/netns.js'
import { multisetHash, readPcap } from '../lab/pcap.js'

const reason = (await whyNoLab('tcpdump')) ?? (await whyNoBackend('afpacket'))
const count = 1501

/** A stream with a field that counts, one at random and alternatives, from each of the ports. */
const profile = (devices: readonly string[], queues: number): string =>
  [
    'version: 1',
    'name: queues',
    'seed: 5',
    'ports:',
    ...devices.map((device, i) => `  p${i}: {uri: "${device}", queues: ${queues}}`),
    'streams:',
    ...devices.map(
      (_, i) =>
        `  - {name: s${i}, tx: p${i}, frame: {imix: {64B: 7, 570B: 4, 1518B: 1}}, rate: 20kpps, count: ${count}, signature: false, layers: [ethernet: {}, ipv4: {src: {inc: 198.18.0.0/16}, dst: {random: 198.19.0.0/16}}, choice: [{weight: 3, layers: [udp: {src: {permute: 1-5000}}]}, {weight: 1, layers: [tcp: {seq: {random: any}}]}]]}`,
    ),
  ].join('\n')

describe('the packets of a run', () => {
  it('are the same on 1, 2 and 4 queues of each of two ports, and each queue has its share', async ctx => {
    if (reason) ctx.skip(reason)
    await inFolder(async folder => {
      const file = join(folder, 'p.yaml')
      const hashes: string[][] = []
      for (const queues of [1, 2, 4]) {
        const lab = await Lab.create({ pairs: 2 })
        try {
          writeFileSync(
            file,
            profile(
              lab.links.map(({ near }) => `afpacket:${near}`),
              queues,
            ),
          )
          const captures = await Promise.all(
            lab.links.map(async (link, i) => lab.capture(join(folder, `${queues}-${i}.pcap`), link)),
          )
          const { result } = await runJson([file, '--no-out'])
          expect(result.metrics.tx_packets).toBe(2 * count)
          for (const port of ['p0', 'p1']) {
            const sent = result.queues.flatMap(one =>
              one.direction === 'tx' && one.port === port ? one.tx_packets : [],
            )
            expect(sent).toHaveLength(queues)
            expect(sent.reduce((sum, packets) => sum + packets)).toBe(count)
            // Members of a stream with alternatives take turns: a queue's share is its part of each of them.
            for (const packets of sent) expect(Math.abs(packets - count / queues)).toBeLessThanOrEqual(2)
          }
          for (const capture of captures)
            expect(await capture.stop()).toEqual({ captured: count, dropped: 0 })
          hashes.push([0, 1].map(i => multisetHash(readPcap(join(folder, `${queues}-${i}.pcap`)).frames)))
        } finally {
          await lab.dispose()
        }
      }
      expect(hashes[1]).toEqual(hashes[0])
      expect(hashes[2]).toEqual(hashes[0])
      expect(hashes[0]![0]).not.toBe(hashes[0]![1])
    })
  })

  it('are each received on one of several queues, by flow', async ctx => {
    if (reason) ctx.skip(reason)
    const lab = await Lab.create({ pairs: 2, bridge: true })
    try {
      const [from, to] = lab.links
      const args = [
        '--tx',
        `afpacket:${from!.near}`,
        '--rx',
        `afpacket:${to!.near},blocks=1024`,
        '--queues',
        '2',
      ]
      const rx = ['--set', 'ports.a.queues={tx: 2, rx: 3}', '--set', 'expect=[]']
      const dst = ['mix', 'tagged'].flatMap(name => [
        '--set',
        `streams.${name}.layers.ethernet.dst=${to!.nearMac}`,
      ])
      const more = ['--count', '1000', '--rate', '10kpps', '--no-out', ...rx, ...dst]
      const { result } = await runJson(['test/fixtures/two-streams.yaml', ...args, ...more])
      expect(result.metrics).toMatchObject({ tx_packets: 2000, rx_packets: 2000, lost: 0, duplicates: 0 })
      expect(result.metrics.latency_count).toBe(2000)
      expectToAddUp(result)
      const received = result.queues.flatMap(one => (one.direction === 'rx' ? one.rx_packets : []))
      expect(received).toHaveLength(3)
      expect(received.filter(packets => packets > 0).length).toBeGreaterThan(1)
      expect(received.reduce((sum, packets) => sum + packets)).toBe(2000)
    } finally {
      await lab.dispose()
    }
  })
})

it('are sent through shared memory by several queues, and received by as many', async ctx => {
  const missing = await whyNoBackend('dpdk')
  if (missing) ctx.skip(missing)
  const { code, stdout } = await nmgen([
    ...['run', 'profiles/udp-64b.yaml', '--tx', 'dpdk:net_ring0', '--rx', 'dpdk:net_ring0', '--queues', '2'],
    ...[
      '--set',
      'ports.a.queues={tx: 2, rx: 2}',
      '--count',
      '2000',
      '--rate',
      '20kpps',
      '--json',
      '--no-out',
    ],
  ])
  const result = JSON.parse(stdout)
  expect([code, result.metrics.rx_packets, result.metrics.lost]).toEqual([0, 2000, 0])
  expectToAddUp(result)
})
