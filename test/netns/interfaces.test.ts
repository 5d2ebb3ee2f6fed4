import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { expectToAddUp } from '../cli/add-up.js'
import { nmgen, runJson, startNmgen, until, whyNoBackend } from '../cli/nmgen.js'
import { type Link, whyNoLab } from '../lab/netns.js'
import { multisetHash, readPcap } from '../lab/pcap.js'
import { decode } from '../lab/tshark.js'
import { inLab } from './lab.js'

const noLab = await whyNoLab('tcpdump', 'tshark', 'ethtool')
/** One that only sends has another one to receive with, and far ends that take what is redirected to them. */
const backends = await Promise.all(
  [
    { name: 'afpacket', rx: 'afpacket', special: {} },
    { name: 'afxdp', rx: 'afxdp', special: {} },
    { name: 'xdp', rx: 'afxdp', special: { gro: true } },
  ].map(async backend => ({ ...backend, reason: noLab ?? (await whyNoBackend(backend.name)) })),
)

const udp = 'profiles/udp-64b.yaml'
const quiet = ['--no-out', '--set', 'expect=[]']

/** Bytes sent on the near end, as its kernel counts them while a run is on. */
async function sentOn({ near }: Link): Promise<number> {
  const { stdout } = await execa('ip', ['-s', '-j', 'link', 'show', 'dev', near])
  return JSON.parse(stdout)[0].stats64.tx.packets
}

/** A long run, once it sends, and how it will end. */
async function sending(uri: string, link: Link) {
  const run = startNmgen(['run', udp, '--tx', uri, '--duration', '20s', '--json', '--quiet', ...quiet])
  const ended = run.then(({ exitCode, stdout }) => ({
    code: exitCode,
    result: JSON.parse(String(stdout)) as Result,
  }))
  await untilSent(link)
  return { ended }
}

async function untilSent(link: Link): Promise<void> {
  let sent = 0
  const look = setInterval(() => void sentOn(link).then(count => (sent = count)), 50)
  await until('it sends', () => sent > 0).finally(() => clearInterval(look))
}

describe.for(backends)('interfaces by $name', ({ name, rx, special, reason }) => {
  it('send on 2 queues the very frames that preview shows, and none twice', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ ...special, queues: 2 }, async (lab, folder) => {
      const expected = join(folder, 'preview.pcap')
      const preview = [
        'preview',
        udp,
        '--count',
        '5001',
        '--set',
        'ports.a.uri=dpdk:net_null0',
        '--pcap',
        expected,
      ]
      expect((await nmgen(preview)).code).toBe(0)
      const file = join(folder, 'far.pcap')
      const capture = await lab.capture(file)
      const args = ['--tx', `${name}:${lab.link.near}`, '--queues', '2', '--count', '5001', ...quiet]
      const { code, result } = await runJson([udp, ...args])
      expect([code, result.metrics.tx_packets]).toEqual([0, 5001])
      expect(result.queues.map(queue => queue.direction === 'tx' && queue.tx_packets)).toEqual([2501, 2500])
      expect(await capture.stop()).toEqual({ captured: 5001, dropped: 0 })
      expect(multisetHash(readPcap(file).frames)).toBe(multisetHash(readPcap(expected).frames))
      expect(result.ports[0]?.counters).toMatchObject({ tx_packets: 5001, tx_dropped: 0, tx_errors: 0 })
    })
  })

  it('receive on 2 queues all that comes, each packet in one of them', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ ...special, pairs: 2, bridge: true, queues: 2 }, async lab => {
      const [from, to] = lab.links as [Link, Link]
      const ports = ['--tx', `${name}:${from.near}`, '--rx', `${rx}:${to.near}`]
      const set = ['ports.a={uri: "loop:x", queues: 2}', `streams.udp.layers.ethernet.dst=${to.nearMac}`]
      const args = [...ports, ...set.flatMap(one => ['--set', one]), '--count', '1000']
      const { result } = await runJson([udp, ...args, '--rate', '10kpps', '--no-out'])
      expect(result.metrics).toMatchObject({ tx_packets: 1000, rx_packets: 1000, lost: 0, corrupted: 0 })
      expect(result.metrics).toMatchObject({ duplicates: 0, reordered: 0, latency_count: 1000 })
      expect(result.queues.filter(({ direction }) => direction === 'rx')).toHaveLength(2)
      expectToAddUp(result)
    })
  })

  it('carry VLAN tags both ways, and frames as long as the MTU lets them be', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ ...special, pairs: 2, bridge: true }, async (lab, folder) => {
      const [from, to] = lab.links as [Link, Link]
      const file = join(folder, 'far.pcap')
      const capture = await lab.capture(file, from)
      // A tag that the bridge keeps beside the frame is lost on an XDP program.
      await lab.run('ethtool', '-K', to.far, 'txvlan', 'off')
      const ports = ['--tx', `${name}:${from.near}`, '--rx', `${rx}:${to.near}`]
      const set = ['streams.0.frame=1522B', `streams.0.layers.ethernet.dst=${to.nearMac}`, 'expect=[]']
      const args = [
        ...ports,
        '--count',
        '200',
        '--rate',
        '2kpps',
        '--no-out',
        ...set.flatMap(s => ['--set', s]),
      ]
      const { result } = await runJson(['profiles/vlan.yaml', ...args])
      expect(result.metrics).toMatchObject({ tx_packets: 200, rx_packets: 200, lost: 0, latency_count: 200 })
      expect(result.metrics.tx_bytes).toBe(200 * 1522)
      await capture.stop()
      const rows = await decode(file, ['frame.len', 'vlan.id'])
      expect(rows).toHaveLength(200)
      for (const row of rows) expect([row['frame.len'], row['vlan.id'] !== '']).toEqual(['1518', true])
    })
  })

  it('refuse frames that are too long for the MTU, and a link that is down', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab(special, async lab => {
      const run = ['run', udp, '--tx', `${name}:${lab.link.near}`, '--count', '1', ...quiet]
      const long = await nmgen([...run, '--set', 'streams.udp.frame=9000B'])
      expect([long.code, long.stderr]).toEqual([4, expect.stringMatching(/frame-too-long.*\n.*mtu 898[26]/)])
      await lab.run('ip', 'link', 'set', 'dev', lab.link.far, 'down')
      const down = await nmgen(run)
      expect([down.code, down.stderr]).toEqual([4, expect.stringMatching(/link-down/)])
    })
  })

  it('end with a sentence, a result and exit 5 when they are removed', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab(special, async lab => {
      const { ended } = await sending(`${name}:${lab.link.near}`, lab.link)
      await execa('ip', ['link', 'delete', lab.link.near])
      const since = Date.now()
      const { code, result } = await ended
      expect(Date.now() - since).toBeLessThan(5000)
      expect([code, result.verdict, result.error?.code]).toEqual([5, 'broken', 'interface-lost'])
      expect(result.metrics.tx_packets).toBeGreaterThan(0)
      expectToAddUp(result)
    })
  })

  it('end with a sentence, a result and exit 5 when their link goes down', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab(special, async lab => {
      const { ended } = await sending(`${name}:${lab.link.near}`, lab.link)
      await lab.run('ip', 'link', 'set', 'dev', lab.link.far, 'down')
      const { code, result } = await ended
      expect([code, result.verdict, result.error?.code]).toEqual([5, 'broken', 'link-down'])
    })
  })

  it('can be opened again after a run that was killed', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ ...special, pairs: 2, bridge: true }, async lab => {
      const [from, to] = lab.links as [Link, Link]
      const both = [`${name}:${from.near}`, '--rx', `${rx}:${to.near}`] as const
      const run = startNmgen(['run', udp, '--tx', ...both, '--duration', '20s', '--quiet', ...quiet])
      await untilSent(from)
      run.kill('SIGKILL')
      await run
      const dst = ['--set', `streams.udp.layers.ethernet.dst=${to.nearMac}`]
      const args = ['--tx', ...both, ...dst, '--count', '500', '--rate', '5kpps', '--no-out']
      const { result } = await runJson([udp, ...args])
      expect(result.metrics).toMatchObject({ tx_packets: 500, rx_packets: 500, lost: 0 })
      expect((await execa('ip', ['-d', 'link', 'show', 'dev', to.near])).stdout).not.toMatch(/xdp|PROMISC/)
    })
  })
})
