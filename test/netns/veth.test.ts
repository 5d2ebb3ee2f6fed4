import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectToAddUp } from '../cli/add-up.js'
import { runJson, whyNoBackend } from '../cli/nmgen.js'
import { type LabOptions, type Link, whyNoLab } from '../lab/netns.js'
import { BROKEN, decode, matching } from '../lab/tshark.js'
import { inLab } from './lab.js'

const noLab = await whyNoLab('tcpdump', 'tshark')

const udp = 'profiles/udp-64b.yaml'
const count = 10_000
/** As many as the smallest ring on the way back holds: a receiver that has to wait for its CPU loses none. */
const held = 1000
const paced = ['--rate', '25kpps', '--no-out']

interface Path {
  name: string
  reason: string | undefined
  uri(index: number, link: Link): string
  /** What a receiving port's URI needs beside: AF_PACKET's ring has 512 frames under DPDK unless told. */
  ring: string
  /** Where it cannot receive, what does. */
  rx?: (link: Link) => string
  lab?: LabOptions
}

const dpdk = (driver: string, ring: string, reason: string | undefined): Path => ({
  name: `DPDK net_${driver}`,
  reason,
  uri: (index, link) => `dpdk:net_${driver}${index},iface=${link.near}`,
  ring,
})
const own = async (name: string): Promise<Path> => ({
  name,
  reason: noLab ?? (await whyNoBackend(name)),
  uri: (_, link) => `${name}:${link.near}`,
  ring: '',
})
const noDpdk = noLab ?? (await whyNoBackend('dpdk'))
const paths = [
  dpdk('af_packet', ',blocksz=4096,framesz=2048,framecnt=2048', noDpdk),
  dpdk('af_xdp', '', noDpdk), // of 1024 descriptors
  await own('afpacket'),
  await own('afxdp'),
  { ...(await own('xdp')), rx: ({ near }: Link) => `afxdp:${near}`, lab: { gro: true } },
]

/** The bridge must not take the frames for its own port's. */
const towards = (to: Link) => ['--set', `streams.udp.layers.ethernet.dst=${to.nearMac}`]

describe.for(paths)('over a veth pair with $name', ({ reason, uri, ring, rx, lab: special = {} }) => {
  const rxUri = (link: Link) => rx?.(link) ?? uri(1, link) + ring

  it('sends what it counts: the kernel at the far end agrees, and tshark with every frame', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab(special, async (lab, folder) => {
      const file = join(folder, 'far.pcap')
      const capture = await lab.capture(file)
      const tx = ['--tx', uri(0, lab.link), '--set', 'expect=[]']
      const { result, stderr } = await runJson([udp, ...tx, '--count', `${count}`, ...paced, '--quiet'])
      // What DPDK and libxdp have to say goes into nmgen's log.
      expect(stderr).toBe('')
      expect(result.stopped).toBe('count')
      expect(result.metrics).toMatchObject({
        tx_packets: count,
        tx_bytes: count * 64,
        unsent: 0,
        rx_packets: null,
      })
      expect(await lab.counters()).toMatchObject({ rxPackets: count, rxBytes: count * 60, rxDropped: 0 })
      expect(await capture.stop()).toEqual({ captured: count, dropped: 0 })
      await expectFrames(file, count)
    })
  })

  it('receives all that comes back from the other side, with its latency', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ ...special, pairs: 2, bridge: true }, async (lab, folder) => {
      const [from, to] = lab.links as [Link, Link]
      const file = join(folder, 'far.pcap')
      const capture = await lab.capture(file, from)
      const ports = ['--tx', uri(0, from), '--rx', rxUri(to), ...towards(to)]
      const { result } = await runJson([udp, ...ports, '--count', `${held}`, ...paced])
      expect(result.metrics).toMatchObject({ tx_packets: held, rx_packets: held, lost: 0, loss_ratio: 0 })
      expect(result.metrics).toMatchObject({
        duplicates: 0,
        reordered: 0,
        corrupted: 0,
        latency_count: held,
      })
      // Whether the pace was kept is for this machine's neighbours to say (`invalid`), not for this test.
      expect(result.thresholds).toMatchObject([{ text: 'loss_ratio == 0', passed: true }])
      expect(['pass', 'invalid']).toContain(result.verdict)
      expectToAddUp(result)
      expect(await lab.counters(from)).toMatchObject({ rxPackets: held, rxDropped: 0 })
      expect(await capture.stop()).toEqual({ captured: held, dropped: 0 })
      // With its signature in the payload, a frame's checksum is as valid as without.
      await expectFrames(file, held)
    })
  })

  it('counts as lost what the network drops, and nothing else', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ ...special, pairs: 2 }, async lab => {
      // The far ends are not joined: every frame is sent, and none comes back.
      const [from, to] = lab.links as [Link, Link]
      const ports = ['--tx', uri(0, from), '--rx', rxUri(to)]
      const { code, result } = await runJson([udp, ...ports, '--count', '1000', '--no-out'])
      expect(result.metrics).toMatchObject({ tx_packets: 1000, rx_packets: 0, lost: 1000, loss_ratio: 1 })
      expect([code, result.verdict]).toEqual([10, 'fail'])
      expect(await lab.counters(from)).toMatchObject({ rxPackets: 1000 })
    })
  })

  it('leaves nothing in the rings of a run at full rate', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab(special, async lab => {
      const args = ['--tx', uri(0, lab.link), '--set', 'expect=[]', '--duration', '200ms', '--no-out']
      const { code, result } = await runJson([udp, ...args])
      const sent = result.metrics.tx_packets!
      expect(code).toBe(0)
      expect(sent).toBeGreaterThan(0)
      // A frame that the kernel could not take in at this rate was sent all the same: its own counters tell.
      const { rxPackets, rxDropped } = await lab.counters()
      expect(rxPackets + rxDropped).toBe(sent)
      // The CPU, where others have the sender's.
      expect(result.limited_by).toMatch(/kernel|ring|generator/)
    })
  })
})

async function expectFrames(file: string, count: number): Promise<void> {
  const rows = await decode(file, [
    'frame.len',
    'udp.checksum.status',
    'ip.checksum.status',
    'udp.srcport',
    'udp.dstport',
  ])
  expect(rows).toHaveLength(count)
  const sources = rows.map(row => Number(row['udp.srcport']))
  for (const row of rows)
    expect([
      row['frame.len'],
      row['ip.checksum.status'],
      row['udp.checksum.status'],
      row['udp.dstport'],
    ]).toEqual(['60', '1', '1', '9'])
  expect(Math.min(...sources)).toBeGreaterThanOrEqual(1024)
  expect(new Set(sources).size).toBeGreaterThan(count / 2)
  expect(await matching(file, BROKEN)).toEqual([])
}
