import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nmgen, runJson, startNmgen, until, whyNoBackend } from '../cli/nmgen.js'
import { whyNoLab } from '../lab/netns.js'
import { multisetHash, readPcap } from '../lab/pcap.js'
import { inLab } from './lab.js'

const reason = (await whyNoLab('tcpdump', 'tshark', 'ethtool')) ?? (await whyNoBackend('xdp'))

const udp = 'profiles/udp-64b.yaml'
const quiet = ['--no-out', '--set', 'expect=[]']

describe('live frames', () => {
  it.for(['profiles/imix.yaml', 'profiles/vlan-qinq-mpls-mix.yaml', 'profiles/tcp-illegal-mix.yaml'])(
    'are those that preview shows, of any size and with any field: %s',
    async (profile, ctx) => {
      if (reason) ctx.skip(reason)
      await inLab({ gro: true }, async (lab, folder) => {
        const expected = join(folder, 'preview.pcap')
        const port = ['--set', 'ports.a.uri=dpdk:net_null0']
        expect((await nmgen(['preview', profile, '--count', '3000', ...port, '--pcap', expected])).code).toBe(
          0,
        )
        const file = join(folder, 'far.pcap')
        const capture = await lab.capture(file)
        const args = ['--tx', `xdp:${lab.link.near}`, '--count', '3000', '--rate', '20kpps', ...quiet]
        expect((await runJson([profile, ...args])).result.metrics.tx_packets).toBe(3000)
        expect(await capture.stop()).toEqual({ captured: 3000, dropped: 0 })
        expect(multisetHash(readPcap(file).frames)).toBe(multisetHash(readPcap(expected).frames))
      })
    },
  )

  it('are counted as sent when the other end has them, though it is slower than the sender', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ gro: true }, async lab => {
      // In a thread of its own, which must share its CPU, the other end falls behind and its ring is full.
      await lab.run('sh', '-c', `echo 1 > /sys/class/net/${lab.link.far}/threaded`)
      const args = ['--tx', `xdp:${lab.link.near}`, '--duration', '500ms', ...quiet]
      const { result } = await runJson([udp, ...args])
      const sent = result.metrics.tx_packets!
      expect(sent).toBeGreaterThan(10_000)
      let arrived = 0
      const look = setInterval(() => void lab.counters().then(({ rxPackets }) => (arrived = rxPackets)), 50)
      await until(`all ${sent} are there`, () => arrived >= sent).finally(() => clearInterval(look))
      expect(arrived).toBe(sent)
    })
  })

  it('are refused by an end without GRO, with the command that changes it', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({}, async lab => {
      const { near, far } = lab.link
      const run = ['run', udp, '--tx', `xdp:${near}`, '--count', '1', ...quiet]
      const refused = await nmgen(run)
      expect([refused.code, refused.stderr]).toEqual([
        4,
        expect.stringMatching(/no-redirect.*\n.*ethtool -K .* gro on/),
      ])
      await lab.run('ethtool', '-K', far, 'gro', 'on')
      expect((await nmgen(run)).code).toBe(0)
    })
  })

  it('end with the same sentence when it loses its GRO while they are sent', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ gro: true }, async lab => {
      const { near, far } = lab.link
      const run = startNmgen([
        'run',
        udp,
        '--tx',
        `xdp:${near}`,
        '--duration',
        '20s',
        '--json',
        '--quiet',
        ...quiet,
      ])
      let sent = 0
      const look = setInterval(() => void lab.counters().then(({ rxPackets }) => (sent = rxPackets)), 50)
      await until('it sends', () => sent > 0).finally(() => clearInterval(look))
      await lab.run('ethtool', '-K', far, 'gro', 'off')
      const { exitCode, stdout } = await run
      const result = JSON.parse(String(stdout))
      expect([exitCode, result.verdict, result.error?.code]).toEqual([5, 'broken', 'no-redirect'])
      expect((await lab.counters()).rxPackets).toBe(result.metrics.tx_packets)
    })
  })

  it('are not received, and the refusal says by what they are', async ctx => {
    if (reason) ctx.skip(reason)
    await inLab({ pairs: 2, gro: true }, async lab => {
      const [from, to] = lab.links
      const both = ['--tx', `xdp:${from!.near}`, '--rx', `xdp:${to!.near}`, '--count', '1', ...quiet]
      const { code, stderr } = await nmgen(['run', udp, ...both])
      expect([code, stderr]).toEqual([3, expect.stringMatching(/sends-only.*\n.*afxdp:/)])
    })
  })
})
