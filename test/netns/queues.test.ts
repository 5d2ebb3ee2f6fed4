import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectToAddUp } from '../cli/add-up.js'
import { inFolder, nmgen, runJson, whyNoDpdk } from '../cli/nmgen.js'
import { Lab, type Link, whyNoLab } from '../lab/netns.js'
import { multisetHash, readPcap } from '../lab/pcap.js'

const reason = (await whyNoLab('tcpdump')) ?? (await whyNoDpdk())

const udp = 'profiles/udp-64b.yaml'
const count = 5001
/** Holds all that is sent: a receiver that has to wait for its CPU loses none. */
const ring = ',blocksz=4096,framesz=2048,framecnt=4096'

async function previewed(folder: string): Promise<string> {
  const file = join(folder, 'preview.pcap')
  const args = ['--count', `${count}`, '--set', 'ports.a.uri=dpdk:net_null0', '--pcap', file]
  expect((await nmgen(['preview', udp, ...args])).code).toBe(0)
  return multisetHash(readPcap(file).frames)
}

describe('several queues of an interface', () => {
  it('send the very frames that preview shows, and none twice', async ctx => {
    if (reason) ctx.skip(reason)
    await inFolder(async folder => {
      const expected = await previewed(folder)
      for (const queues of [2, 4]) {
        const lab = await Lab.create()
        try {
          const file = join(folder, `${queues}.pcap`)
          const capture = await lab.capture(file)
          const device = `dpdk:net_af_packet0,iface=${lab.link.near},qpairs=${queues}`
          const args = ['--queues', `${queues}`, '--count', `${count}`, '--set', 'expect=[]', '--no-out']
          const { code, result } = await runJson([udp, '--tx', device, ...args])
          expect(code).toBe(0)
          expectToQueue(result.queues, queues)
          expect(await capture.stop()).toEqual({ captured: count, dropped: 0 })
          expect(multisetHash(readPcap(file).frames), `${queues} queues`).toBe(expected)
        } finally {
          await lab.dispose()
        }
      }
    })
  })

  it('receive all streams of unequal rates, each packet in one of them', async ctx => {
    if (reason) ctx.skip(reason)
    const lab = await Lab.create({ pairs: 2, bridge: true })
    try {
      const [from, to] = lab.links as [Link, Link]
      const tx = `dpdk:net_af_packet0,iface=${from.near},qpairs=2`
      const rx = `dpdk:net_af_packet1,iface=${to.near},qpairs=2${ring}`
      const dst = ['mix', 'tagged'].flatMap(name => [
        '--set',
        `streams.${name}.layers.ethernet.dst=${to.nearMac}`,
      ])
      const args = ['--count', '1000', '--rate', '10kpps', '--no-out', ...dst]
      const { result } = await runJson(['test/fixtures/two-streams.yaml', '--tx', tx, '--rx', rx, ...args])
      expect(result.metrics).toMatchObject({ tx_packets: 2000, rx_packets: 2000, lost: 0, corrupted: 0 })
      expect(result.metrics).toMatchObject({ duplicates: 0, latency_count: 2000 })
      expectToAddUp(result)
    } finally {
      await lab.dispose()
    }
  })
})

function expectToQueue(queues: readonly { direction: string; tx_packets?: number }[], wanted: number): void {
  const sent = queues.filter(({ direction }) => direction === 'tx').map(queue => queue.tx_packets)
  expect(sent).toHaveLength(wanted)
  // Packet i goes to queue i modulo the number of queues.
  expect(sent).toEqual(sent.map((_, queue) => Math.ceil((count - queue) / wanted)))
}
