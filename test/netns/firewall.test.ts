import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder, runJson } from '../cli/nmgen.js'
import { brief, find } from '../cli/search.js'
import { behind, pack, patient, whyNoFirewall } from '../lab/firewall.js'

const reason = await whyNoFirewall()

describe('the firewall of the lab', () => {
  it('has as many sessions as flows were sent, and forgets them when told to', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async ({ ports, does, counted }) => {
      const { code, result } = await runJson([pack('udp-new-flows'), ...ports, ...patient])
      expect([code, result.metrics.tx_packets, result.metrics.lost]).toEqual([0, 1000, 0])
      expect(await does('flows')).toBe('1000')
      expect(await counted('ct state')).toEqual([1000])
      await does('flush')
      expect(await does('flows')).toBe('0')
    })
  })

  it('has one session a flow, however many packets it has', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['100'], async ({ ports, does }) => {
      const { result } = await runJson([pack('rule-depth'), ...ports, ...patient])
      expect(result.metrics).toMatchObject({ tx_packets: 1000, lost: 0 })
      expect(await does('flows')).toBe('256')
    })
  })

  it('is searched with each number of rules, set by a hook', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async ({ name, ports, inside }) => {
      await inFolder(async folder => {
        const hook = `test/lab/firewall.sh rules ${name} $NMGEN_RULES`
        const { code, stderr, report } = await find(folder, [
          ...slow(ports),
          ...['--vary', 'rules=0,20', '--before-search', hook],
        ])
        expect([stderr, code]).toEqual(['', 0])
        expect(report.searches.map(({ settings, ended }) => [settings.rules, ended])).toEqual([
          ['0', 'complete'],
          ['20', 'complete'],
        ])
        expect((await inside('nft', 'list', 'ruleset')).match(/drop$/gm)).toHaveLength(20)
      })
    })
  }, 120_000)

  it('that dies in the middle of a search ends it: exit 5', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async ({ name, ports }) => {
      await inFolder(async folder => {
        const log = join(folder, 'log')
        const hook = `echo >> ${log}; test $(wc -l < ${log}) -ne 2 || ip netns exec ${name} sysctl -qw net.ipv4.ip_forward=0`
        const { code, stderr, report } = await find(folder, [...slow(ports), '--after-trial', hook])
        const [search] = report.searches
        expect([stderr, code]).toEqual(['', 5])
        expect([report.verdict, search!.ended]).toEqual(['broken', 'device-died'])
        expect(search!.trials.map(({ part }) => part)).toEqual(['throughput', 'throughput', 'silent'])
        // What is known is from when it was alive.
        expect(search!.findings[0]).toMatchObject({ upperPps: null })
      })
    })
  }, 120_000)
})

/** Loads that any machine can send and forward, however busy. */
const slow = (ports: readonly string[]) => [
  ...[pack('rule-depth'), ...ports, ...brief, '--min', '1kpps', '--max', '2kpps'],
  ...['--set', 'pacing.tolerance=99%'],
]
