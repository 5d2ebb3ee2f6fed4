import { describe, expect, it } from 'vitest'
import { runJson, whyNoBackend } from '../cli/nmgen.js'
import { Lab, type Link, whyNoLab } from '../lab/netns.js'

const noLab = await whyNoLab()

const backend = async (name: string) => ({ name, reason: noLab ?? (await whyNoBackend(name)) })
const paths = [
  { ...(await backend('afpacket')), tx: 'afpacket', rx: 'afpacket' },
  { ...(await backend('afxdp')), tx: 'afxdp', rx: 'afxdp' },
  { ...(await backend('xdp')), tx: 'xdp', rx: 'afxdp' },
]

const args = (count: number, sample: number | null) => [
  'profiles/udp-64b.yaml',
  ...['--count', `${count}`, '--no-out', '--set', 'expect=[]'],
  ...(sample === null ? [] : ['--set', `latency.sample=${sample}`]),
]
const samples = (packets: number, sample: number) => Math.ceil(packets / sample)

describe('a sample that is sent alone, on loop', () => {
  it.for([
    [10_000, 16],
    [10_001, 16],
    [999, 1000],
    [500, 1],
  ] as const)('of %d packets, one in %d', async ([count, sample]) => {
    const { result } = await runJson([...args(count, sample), '--tx', 'loop:x', '--rate', '200kpps'])
    expect(result.latency_sample).toBe(sample)
    expect(result.metrics).toMatchObject({
      tx_packets: count,
      rx_packets: count,
      lost: 0,
      duplicates: 0,
      reordered: 0,
      latency_count: samples(count, sample),
      schedule_count: count,
      lateness_count: count,
    })
  })

  it('is taken of each queue', async () => {
    const { result } = await runJson([...args(10_001, 16), '--tx', 'loop:x', '--queues', '2'])
    expect(result.metrics).toMatchObject({ rx_packets: 10_001, lost: 0 })
    expect(result.metrics.latency_count).toBe(samples(5001, 16) + samples(5000, 16))
  })

  it('is no different packet: all are timed where nobody asks for it', async () => {
    const { result } = await runJson([...args(5000, null), '--tx', 'loop:x', '--rate', '200kpps'])
    expect(result).not.toHaveProperty('latency_sample')
    expect(result.metrics).toMatchObject({ tx_packets: 5000, lost: 0, latency_count: 5000 })
  })
})

/** The bridge must not take the frames for its own port's. */
const towards = ({ nearMac }: Link) => ['--set', `streams.udp.layers.ethernet.dst=${nearMac}`]

describe.for(paths)('a sample that is sent alone, over a veth pair with $name', ({ tx, rx, reason }) => {
  it('is a share of what arrives, rounded up', async ctx => {
    if (reason) ctx.skip(reason)
    const lab = await Lab.create({ gro: tx === 'xdp', pairs: 2, bridge: true })
    try {
      const [from, to] = lab.links as [Link, Link]
      const ports = ['--tx', `${tx}:${from.near}`, '--rx', `${rx}:${to.near}`, '--rate', '25kpps']
      const { result } = await runJson([...args(1000, 16), ...ports, ...towards(to)])
      expect(result.metrics).toMatchObject({ tx_packets: 1000, rx_packets: 1000, lost: 0 })
      expect(result.metrics.latency_count).toBe(samples(1000, 16))
    } finally {
      await lab.dispose()
    }
  })
})
