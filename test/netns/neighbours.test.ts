import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder, nmgen, runJson, startNmgen, whyNoBackend } from '../cli/nmgen.js'
import { Lab, whyNoLab } from '../lab/netns.js'
import { readPcap } from '../lab/pcap.js'
import { decode } from '../lab/tshark.js'
import { inLab } from './lab.js'

const reason = await whyNoLab('tcpdump', 'tshark')

/** Streams of `count` frames each, from a port with these addresses. */
const profile = (device: string, address: string, streams: readonly string[], count = 20): string =>
  [
    'version: 1',
    'name: neighbours',
    `ports: {a: {uri: "${device}", ${address}}}`,
    'streams:',
    ...streams.map(
      (layers, i) =>
        `  - {name: s${i}, frame: 128B, rate: 1kpps, count: ${count}, layers: [${layers}], signature: false}`,
    ),
  ].join('\n')

const both = 'address: [198.18.0.2/24, "2001:2::2/64"], gateway: [198.18.0.1, "2001:2::1"]'

/** The far kernel has both addresses. */
const withNeighbour = (work: (lab: Lab, folder: string) => Promise<void>) =>
  inLab({ farAddresses: ['198.18.0.1/24'] }, async (lab, folder) => {
    await lab.run('ip', 'address', 'add', '2001:2::1/64', 'dev', lab.link.far, 'nodad')
    await work(lab, folder)
  })

describe('the MAC address of a neighbour', () => {
  it.for(['afpacket', 'afxdp', 'dpdk'])(
    "is the kernel's, asked by %s in IPv4 and IPv6",
    async (backend, ctx) => {
      const missing = reason ?? (await whyNoBackend(backend))
      if (missing) ctx.skip(missing)
      await withNeighbour(async (lab, folder) => {
        const { near, far, nearMac, farMac } = lab.link
        const device = backend === 'dpdk' ? `dpdk:net_af_packet0,iface=${near}` : `${backend}:${near}`
        const file = join(folder, 'p.yaml')
        const streams = [
          'ethernet: {dst: resolve}, ipv4: {dst: 198.18.0.1}, udp: {}',
          'ethernet: {dst: resolve}, ipv6: {src: "2001:2::2", dst: {inc: "2001:2:0:1::/64"}}, udp: {}',
        ]
        writeFileSync(file, profile(device, both, streams))
        const capture = await lab.capture(join(folder, 'far.pcap'))
        const { code, result } = await runJson([file, '--no-out'])
        expect(code).toBe(0)
        expect(result.ports[0]!.facts.neighbours).toBe(
          `198.18.0.1 is at ${farMac}, 2001:2::1 is at ${farMac}`,
        )
        await capture.stop()
        const rows = await decode(join(folder, 'far.pcap'), ['eth.dst', 'eth.src', 'udp.dstport'])
        const sent = rows.filter(row => row['udp.dstport'] !== '' && row['eth.src'] === nearMac)
        expect(sent).toHaveLength(40)
        expect(new Set(sent.map(row => row['eth.dst']))).toEqual(new Set([farMac]))
        // The kernel has learned from the question who we are.
        expect(await lab.run('ip', 'neighbour', 'show', 'dev', far)).toContain(`198.18.0.2 lladdr ${nearMac}`)
      })
    },
  )

  it('that nobody knows ends the run before it begins, after three questions', async ctx => {
    if (reason) ctx.skip(reason)
    await withNeighbour(async (lab, folder) => {
      const file = join(folder, 'p.yaml')
      const lost = 'ethernet: {dst: resolve}, ipv4: {dst: 198.18.0.99}, udp: {}'
      writeFileSync(file, profile(`afpacket:${lab.link.near}`, both, [lost]))
      const capture = await lab.capture(join(folder, 'far.pcap'))
      const { code, stdout, stderr } = await nmgen(['run', file, '--no-out', '--quiet'])
      expect([code, stdout]).toEqual([4, ''])
      expect(stderr).toMatch(
        /^nmgen: nobody answers for 198\.18\.0\.99 on port a \(afpacket:\w+\): 3 ARP requests/,
      )
      expect(stderr).toContain(`from 198.18.0.2 (${lab.link.nearMac}) [no-neighbour]\n  help: `)
      await capture.stop()
      const rows = await decode(join(folder, 'far.pcap'), ['eth.src', 'arp.dst.proto_ipv4'])
      const ours = rows.filter(row => row['eth.src'] === lab.link.nearMac)
      expect(ours.map(row => row['arp.dst.proto_ipv4'])).toEqual(Array(3).fill('198.18.0.99'))
    })
  })

  it('cannot be known to a file', async ctx => {
    if (reason) ctx.skip(reason)
    await inFolder(async folder => {
      const file = join(folder, 'p.yaml')
      writeFileSync(
        file,
        profile(`pcap:${folder}/out.pcap`, both, ['ethernet: {dst: resolve}, ipv4: {dst: 198.18.0.1}']),
      )
      const { code, stderr } = await nmgen(['run', file, '--no-out', '--quiet'])
      expect([code, stderr]).toEqual([3, expect.stringContaining('knows no neighbours')])
    })
  })
})

describe('a port with an address', () => {
  it('answers another nmgen while it sends: who it is, and pings', async ctx => {
    if (reason) ctx.skip(reason)
    const lab = await Lab.create()
    try {
      await inFolder(async folder => {
        const { near, far, nearMac, farMac } = lab.link
        const [here, there] = [join(folder, 'here.yaml'), join(folder, 'there.yaml')]
        const constant = 'ethernet: {dst: 02:00:00:00:00:99}, ipv4: {dst: 198.18.0.9}, udp: {}'
        writeFileSync(
          here,
          profile(`afpacket:${near}`, 'address: [198.18.0.2/24, "2001:2::2/64"]', [constant], 1e6),
        )
        const pings = [
          'ethernet: {dst: resolve}, ipv4: {src: 198.18.0.1, dst: 198.18.0.2}, icmp: {type: 8, seq: {inc: 1-20}}',
          'ethernet: {dst: resolve}, ipv6: {src: "2001:2::1", dst: "2001:2::2"}, icmpv6: {seq: {inc: 1-20}}',
        ]
        writeFileSync(there, profile(`afpacket:${far}`, 'address: [198.18.0.1/24, "2001:2::1/64"]', pings))
        const capture = await lab.capture(join(folder, 'far.pcap'))
        const running = startNmgen(['run', here, '--json', '--no-out', '--cores', '0'])
        const sees = () => lab.counters().then(({ rxPackets }) => rxPackets)
        for (let tries = 0; (await sees()) === 0 && tries < 500; tries++)
          await new Promise(done => setTimeout(done, 20))
        const through = ['ip', 'netns', 'exec', lab.namespace]
        const { result: asked } = await runJson([there, '--no-out', '--cores', '1'], { through })
        expect(asked.ports[0]!.facts.neighbours).toBe(
          `198.18.0.2 is at ${nearMac}, 2001:2::2 is at ${nearMac}`,
        )
        const file = join(folder, 'far.pcap')
        const fields = [
          'eth.src',
          'eth.dst',
          'icmp.type',
          'icmp.seq',
          'icmpv6.type',
          'icmpv6.echo.sequence_number',
          'icmp.checksum.status',
          'icmpv6.checksum.status',
        ] as const
        await new Promise(done => setTimeout(done, 500))
        running.kill('SIGINT')
        const { stdout } = await running
        await capture.stop()
        const rows = await decode(file, fields)
        const replies = rows.filter(row => row['icmp.type'] === '0')
        const replies6 = rows.filter(row => row['icmpv6.type'] === '129')
        expect(replies).toHaveLength(20)
        expect(replies6).toHaveLength(20)
        expect(new Set(replies.map(row => row['icmp.seq']))).toHaveProperty('size', 20)
        for (const row of replies)
          expect(row).toMatchObject({ 'eth.src': nearMac, 'eth.dst': farMac, 'icmp.checksum.status': '1' })
        for (const row of replies6)
          expect(row).toMatchObject({ 'eth.src': nearMac, 'eth.dst': farMac, 'icmpv6.checksum.status': '1' })
        // One ARP request, one solicitation and 40 pings, apart from all that belongs to streams or to nobody.
        const [port] = JSON.parse(String(stdout)).ports
        expect(port).toMatchObject({ own_requests: 42, rx_packets: 0, unknown: 0 })
        // What it sends is as it was: no answer stands in for a packet of the stream.
        const { frames } = readPcap(file)
        const others = frames.filter(
          frame => Buffer.from(frame.subarray(0, 6)).toString('hex') === '020000000099',
        )
        expect(others.length).toBe(port.tx_packets)
        expect(new Set(others.map(frame => Buffer.from(frame).toString('hex')))).toHaveProperty('size', 1)
      })
    } finally {
      await lab.dispose()
    }
  })

  it('answers where it only receives, in the VLAN of the question, which is asked once', async ctx => {
    if (reason) ctx.skip(reason)
    const lab = await Lab.create({ pairs: 2, bridge: true })
    try {
      await inFolder(async folder => {
        const [a, b] = lab.links
        const file = join(folder, 'p.yaml')
        const streams = ['vlan: {id: 7}, ', 'vlan: {id: 7}, ', ''].map(
          (tag, i) =>
            `  - {name: s${i}, frame: 128B, rate: 1kpps, count: 100, tx: a, rx: b, layers: [ethernet: {dst: resolve}, ${tag}ipv4: {dst: 198.19.0.1}, udp: {dst: ${i + 1}}]}`,
        )
        const text = [
          'version: 1',
          'name: pair',
          'ports:',
          `  a: {uri: "afpacket:${a!.near}", address: 198.18.0.2/24, gateway: 198.18.0.3}`,
          `  b: {uri: "afpacket:${b!.near}", address: 198.18.0.3/24}`,
          'streams:',
          ...streams,
        ]
        writeFileSync(file, text.join('\n'))
        const capture = await lab.capture(join(folder, 'far.pcap'), b)
        const { code, result } = await runJson([file, '--no-out'])
        expect(result.ports[0]!.facts.neighbours).toBe(
          `198.18.0.3 in vlan 7 is at ${b!.nearMac}, 198.18.0.3 is at ${b!.nearMac}`,
        )
        expect(result.metrics).toMatchObject({ tx_packets: 300, rx_packets: 300, lost: 0 })
        expect(code).toBe(0)
        await capture.stop()
        const rows = await decode(join(folder, 'far.pcap'), ['vlan.id', 'arp.opcode', 'arp.src.proto_ipv4'])
        expect(rows.filter(row => row['arp.opcode'] !== '')).toEqual([
          { 'vlan.id': '7', 'arp.opcode': '1', 'arp.src.proto_ipv4': '198.18.0.2' },
          { 'vlan.id': '', 'arp.opcode': '1', 'arp.src.proto_ipv4': '198.18.0.2' },
          { 'vlan.id': '7', 'arp.opcode': '2', 'arp.src.proto_ipv4': '198.18.0.3' },
          { 'vlan.id': '', 'arp.opcode': '2', 'arp.src.proto_ipv4': '198.18.0.3' },
        ])
      })
    } finally {
      await lab.dispose()
    }
  })
})
