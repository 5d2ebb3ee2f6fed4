import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { expectToAddUp } from '../cli/add-up.js'
import { inFolder, runJson, whyNoBackend } from '../cli/nmgen.js'
import { Lab, type Link, whyNoLab } from '../lab/netns.js'
import { expected, expectedOf, startRelay } from '../relay/relay.js'

const reason = (await whyNoLab('g++')) ?? (await whyNoBackend('afpacket'))

/** A million takes half a minute each: NMGEN_RELAY_PACKETS=1000000. */
const packets = Number(process.env.NMGEN_RELAY_PACKETS ?? 20_000)
const timeout = 20_000 + packets / 10

interface Network {
  layers: string
  /** Where the relay finds the signature, in a frame without tags. */
  signature: number
}

const udp = '- udp: { src: { random: 1024-65535 }, dst: 9 }'
const ipv4: Network = { layers: `- ipv4: { src: 198.18.1.2, dst: 198.19.1.2 }\n      ${udp}`, signature: 42 }
const ipv6: Network = { layers: `- ipv6: { src: 2001:2::2, dst: 2001:2::3 }\n      ${udp}`, signature: 62 }
const tagged = (network: Network): Network => ({
  ...network,
  layers: `- vlan: { id: 7 }\n      ${network.layers}`,
})

const profile = ({ layers }: Network, account?: string) => `version: 1
name: relay
${account ? `account: ${account}\n` : ''}streams:
  - name: all
    frame: 128B
    rate: 40kpps
    layers:
      - ethernet: { src: 02:00:00:00:00:01, dst: 02:00:00:00:00:02 }
      ${layers}
`

/** What nmgen counted, and what there was to count. */
async function through(
  network: Network,
  queues: number,
  options: Record<string, string | number>,
  account?: string,
) {
  const lab = await Lab.create({ pairs: 2, queues: 4 })
  try {
    return await inFolder(async folder => {
      const [from, to] = lab.links as [Link, Link]
      const file = join(folder, 'relay.yaml')
      writeFileSync(file, profile(network, account))
      const relay = await startRelay(lab, join(folder, 'log'), { signature: network.signature, ...options })
      const ports = ['--tx', `afpacket:${from.near}`, '--rx', `afpacket:${to.near},blocks=1024`]
      const counts = ['--queues', `${queues}`, '--count', `${packets}`, '--no-out']
      const ran = await runJson(
        [file, ...ports, ...counts, ...(options.expect ? ['--set', `expect=[${options.expect}]`] : [])],
        {
          timeout,
        },
      )
      return { ...ran, ...(await relay.stop()) }
    })
  } finally {
    await lab.dispose()
  }
}

const faults = { seed: 7, lose: 10, copy: 10, hold: 20, depth: 30 }

/** What the device does to a frame, and the frames that it can do it to. */
const ways = [
  { as: 'nat', what: 'with other addresses and ports' },
  { as: 'push', what: 'that gets a tag' },
  { as: 'pop', what: 'that loses its tag', isTagged: true },
  { as: 'tunnel', what: 'in a tunnel' },
]
const cases = [1, 4].flatMap(queues =>
  [ipv4, ipv6].flatMap(network =>
    ways.map(({ as, what, isTagged }) => ({
      queues,
      as,
      what: `${network === ipv4 ? 'IPv4' : 'IPv6'} ${what}`,
      network: isTagged ? tagged(network) : network,
    })),
  ),
)

describe('behind a device that loses, doubles and delays', () => {
  it.for(cases)(
    'counts $what exactly, sent on $queues queues',
    { timeout: 2 * timeout },
    async ({ queues, as, network }, ctx) => {
      if (reason) ctx.skip(reason)
      const { result, dropped, wentIn, cameOut } = await through(network, queues, { ...faults, as })
      expect([dropped, wentIn.length]).toEqual([0, packets])
      expect(result.metrics).toMatchObject({ tx_packets: packets, ...expected(packets, cameOut, queues) })
      expect(result.metrics).toMatchObject({ corrupted: 0, latency_count: new Set(cameOut).size })
      expect(result.ports.map(port => port.unknown)).toEqual([0, 0])
      expect(result.metrics.outage_ns).toBeGreaterThan(0)
    },
  )
})

describe('behind a device that loses, doubles and delays, each flow', () => {
  it.for([1, 4])('is counted exactly, sent on %d queues', { timeout: 2 * timeout }, async (queues, ctx) => {
    if (reason) ctx.skip(reason)
    // 50 flows in turn: the VLAN's priority is a packet's for 10 of them each.
    const flows = '- udp: { src: { inc: 5000-5049 }, dst: 9 }'
    const layers = `- vlan: { id: 7, priority: { inc: { range: 0-4, every: 10 } } }\n      ${ipv4.layers.replace(udp, flows)}`
    const as = { ...faults, as: 'pop' }
    const { result, cameOut } = await through({ ...ipv4, layers }, queues, as, '[vlan.priority, udp.src]')
    const [account] = result.accounts!
    expect(account!.by).toEqual(['vlan.priority', 'udp.src'])
    const groups = Array.from({ length: 50 }, (_, flow) => flow)
    const names = groups.map(flow => `vlan.priority=${Math.floor(flow / 10)},udp.src=${5000 + flow}`)
    expect(Object.keys(account!.groups).sort()).toEqual(names.sort())
    for (const flow of groups) {
      const name = `vlan.priority=${Math.floor(flow / 10)},udp.src=${5000 + flow}`
      expect([name, account!.groups[name]]).toMatchObject([
        name,
        expectedOf(i => i % 50 === flow, packets, cameOut, queues),
      ])
    }
  })

  it('has the outage of a failover, and those that never come back are named', {
    timeout: 2 * timeout,
  }, async ctx => {
    if (reason) ctx.skip(reason)
    const layers = ipv4.layers.replace('random: 1024-65535', 'inc: 5000-5099')
    const expectations =
      '"account[*].gaps == 1", "account[udp.src=5000].longest_gap == 20", "account[*].lost == 0"'
    const away = { cut: 4000, for: 2000, expect: expectations }
    const { result } = await through({ ...ipv4, layers }, 1, away, 'udp.src')
    expect(result.thresholds.map(({ passed }) => passed)).toEqual([true, true, false])
    expect(result.thresholds[2]!.reason).toContain('100 of 100 groups fail')
    const [{ outages, groups }] = result.accounts as [NonNullable<typeof result.accounts>[number]]
    expect(outages).toMatchObject({ groups: 100, lossy: 100, silent: 0, unrecovered: 0 })
    expect(Object.values(groups).map(({ lost, longest_gap }) => [lost, longest_gap])).toEqual(
      Array.from({ length: 100 }, () => [20, 20]),
    )
    expect(outages.p50_ns).toBeGreaterThan(0)
    const lastOnes = { cut: packets - 50, for: 50 }
    const { result: ended } = await through({ ...ipv4, layers }, 1, lastOnes, 'udp.src')
    expect(ended.accounts![0]!.outages).toMatchObject({ groups: 100, lossy: 50, silent: 0, unrecovered: 50 })
  })
})

describe('behind a device that is too slow', () => {
  it('says that the device has lost what it lost', async ctx => {
    if (reason) ctx.skip(reason)
    const options = { rate: 24_000, burst: 100, expect: '"loss_ratio == 0"' }
    const { code, result, cameOut, dropped } = await through(ipv4, 1, options)
    expect(dropped).toBe(0)
    expect(result.metrics).toMatchObject({ rx_packets: cameOut.length, lost: packets - cameOut.length })
    expect(cameOut.length).toBeLessThan(packets)
    expect(result.thresholds).toMatchObject([{ passed: false }])
    // Where this machine's neighbours keep nmgen from its rate, that is what it must say instead.
    const said = [code, result.verdict, result.limited_by === 'device']
    expect([
      [10, 'fail', true],
      [11, 'invalid', false],
    ]).toContainEqual(said)
    expectToAddUp(result)
  })
})
