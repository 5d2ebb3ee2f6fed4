/** What each backend needs of a user who is not root: docs/guide/interfaces.md says the same. */
import { describe, expect, it } from 'vitest'
import { nmgen, whyNoBackend } from '../cli/nmgen.js'
import { Lab, type Link, whyNoLab } from '../lab/netns.js'
import { asNobody, whyNotNobody } from '../lab/nobody.js'

const noLab = (await whyNoLab('ethtool')) ?? (await whyNotNobody())
const needs = [
  { tx: 'afpacket:', rx: 'afpacket:', capabilities: ['net_raw'] },
  { tx: 'afxdp:', rx: 'afpacket:', capabilities: ['net_raw', 'net_admin'] },
  { tx: 'afpacket:', rx: 'afxdp:', capabilities: ['net_raw', 'net_admin', 'bpf'] },
  { tx: 'xdp:', rx: 'afpacket:', capabilities: ['net_raw', 'net_admin', 'bpf', 'perfmon'] },
  { tx: 'dpdk:net_af_packet0,iface=', rx: 'afpacket:', capabilities: ['net_raw', 'net_admin'] },
]
const known = await Promise.all(
  needs.map(async need => {
    const backends = [need.tx, need.rx].map(uri => uri.slice(0, uri.indexOf(':')))
    const [one, other] = await Promise.all(backends.map(whyNoBackend))
    return { ...need, reason: noLab ?? one ?? other }
  }),
)

describe.for(known)('nobody with $capabilities', ({ tx, rx, capabilities, reason }) => {
  it(`sends by ${tx} and receives by ${rx}, and not with one of them less`, async ctx => {
    if (reason) ctx.skip(reason)
    const lab = await Lab.create({ pairs: 2, bridge: true, gro: true })
    try {
      const [from, to] = lab.links as [Link, Link]
      const ports = [
        '--tx',
        `${tx}${from.near}`,
        '--rx',
        `${rx}${to.near}`,
        '--rate',
        '5kpps',
        '--count',
        '500',
      ]
      const set = ['--set', `streams.udp.layers.ethernet.dst=${to.nearMac}`]
      const run = ['run', 'profiles/udp-64b.yaml', ...ports, ...set, '--no-out', '--json', '--quiet']
      const through = (list: readonly string[]) => nmgen(run, { through: asNobody(...list, 'ipc_lock') })
      const { stdout, stderr } = await through(capabilities)
      expect(stderr).toBe('')
      expect(JSON.parse(stdout).metrics).toMatchObject({ tx_packets: 500, rx_packets: 500, lost: 0 })
      for (const missing of capabilities) {
        const less = await through(capabilities.filter(name => name !== missing))
        expect([missing, less.code, less.stdout]).toEqual([missing, 4, ''])
        expect(less.stderr).toMatch(/\[(no-permission|dpdk-failed)\]\n {2}help: /)
      }
    } finally {
      await lab.dispose()
    }
  })
})
