/** Two nmgens at a time: neither takes the other's devices, memory or packets. */
import { describe, expect, it } from 'vitest'
import { expectToAddUp } from '../cli/add-up.js'
import { runJson, whyNoBackend } from '../cli/nmgen.js'
import { Lab, type Link, whyNoLab } from '../lab/netns.js'

const udp = 'profiles/udp-64b.yaml'
const noDpdk = await whyNoBackend('dpdk')
const noLab = (await whyNoLab()) ?? (await whyNoBackend('afxdp'))

/** Both at once, each counting exactly its own. */
async function expectBoth(...each: readonly (readonly string[])[]): Promise<void> {
  const args = ['--rate', '20kpps', '--count', '20000', '--no-out']
  const runs = await Promise.all(each.map(ports => runJson([udp, ...ports, ...args])))
  for (const { code, result } of runs) {
    expect([0, 11]).toContain(code) // 11: four threads on a small machine may be late, which is no matter here
    expect(result.metrics).toMatchObject({ tx_packets: 20_000, rx_packets: 20_000, lost: 0, duplicates: 0 })
    expect(result.ports.map(port => port.unknown)).toEqual(result.ports.map(() => 0))
    expectToAddUp(result)
  }
  // They were on the way together.
  const starts = runs.map(({ result }) => Date.parse(result.started_at))
  expect(Math.abs(starts[0]! - starts[1]!)).toBeLessThan(5000)
}

describe('two nmgens side by side', () => {
  it('on wires in memory of the same name', async () => {
    await expectBoth(['--tx', 'loop:x'], ['--tx', 'loop:x'])
  })

  it('on devices of DPDK of the same name', async ctx => {
    if (noDpdk) ctx.skip(noDpdk)
    const ring = ['--tx', 'dpdk:net_ring0', '--rx', 'dpdk:net_ring0']
    await expectBoth(ring, ring)
  })

  it('on interfaces of their own by AF_XDP', async ctx => {
    if (noLab) ctx.skip(noLab)
    const labs = [await Lab.create({ pairs: 2, bridge: true }), await Lab.create({ pairs: 2, bridge: true })]
    try {
      const ports = labs.map(({ links }) => {
        const [from, to] = links as [Link, Link]
        const set = ['--set', `streams.udp.layers.ethernet.dst=${to.nearMac}`]
        return ['--tx', `afxdp:${from.near}`, '--rx', `afxdp:${to.near}`, ...set]
      })
      await expectBoth(...ports)
    } finally {
      for (const lab of labs) await lab.dispose()
    }
  })
})
