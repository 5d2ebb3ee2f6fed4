/** Each profile of the firewall pack through the lab's firewall, beside what its kernel has counted. */
import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { nmgen, runJson } from '../cli/nmgen.js'
import { behind, type Firewall, pack, patient, whyNoFirewall } from '../lab/firewall.js'

const reason = await whyNoFirewall()

/** How many were sent and received of each stream. */
async function through({ ports }: Firewall, profile: string) {
  const { code, result } = await runJson([profile, ...ports, ...patient])
  const streams = Object.entries(result.streams)
  const counts = (of: 'tx_packets' | 'rx_packets') =>
    Object.fromEntries(streams.map(([name, stream]) => [name, stream[of]]))
  return { code, sent: counts('tx_packets'), received: counts('rx_packets'), result }
}

describe('the firewall pack through a firewall', () => {
  it('fills a table that holds 500 flows with 500 of 1,000, which are still known afterwards', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async firewall => {
      const first = (...rule: string[]) =>
        firewall.inside('nft', 'insert', 'rule', 'inet', 'nmgen', 'forward', ...rule)
      await first('ct', 'mark', 'set', '1')
      await first('ct', 'count', 'over', '500', 'counter', 'drop')
      await first('ct', 'mark', '1', 'counter', 'accept')
      const { code, received } = await through(firewall, pack('table-fill'))
      expect([code, received]).toEqual([10, { fill: 500, again: 500 }])
      expect(await firewall.does('flows')).toBe('500')
      expect(await firewall.counted('ct count')).toEqual([1000])
      expect(await firewall.counted('ct mark 0x00000001')).toEqual([500])
    })
  })

  it('floods with SYNs, each a session, while the canary lives on its 16', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async firewall => {
      const { code, sent, received } = await through(firewall, pack('syn-flood'))
      expect([code, sent, received]).toEqual([
        0,
        { flood: 1000, canary: 1000 },
        { flood: 1000, canary: 1000 },
      ])
      expect(await firewall.does('flows')).toBe('1016')
      expect(await firewall.counted('ct state')).toEqual([2000])
    })
  })

  it('sends fragments, which conntrack puts together: one packet and 16 flows of each kind', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async firewall => {
      const { code, sent, received } = await through(firewall, pack('fragments'))
      expect(code).toBe(0)
      expect(sent).toMatchObject({ cut: 2000, whole: 1000 })
      expect(received).toEqual(sent)
      expect(await firewall.does('flows')).toBe('32')
      expect(await firewall.counted('ct state')).toEqual([2000])
    })
  })

  it('sends IPv6 with each chain of extension headers, and a rule stops the chain alone', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['0'], async firewall => {
      const profile = pack('ipv6-extension-headers')
      const whole = await through(firewall, profile)
      expect([whole.code, whole.received]).toEqual([
        0,
        { udp: 1000, 'udp.plain': 800, 'udp.options': 100, 'udp.chain': 100 },
      ])
      expect([await firewall.does('flows'), await firewall.counted('ct state')]).toEqual(['16', [1000]])
      const rule = ['exthdr', 'rt', 'exists', 'counter', 'drop']
      await firewall.inside('nft', 'insert', 'rule', 'inet', 'nmgen', 'forward', ...rule)
      const { received } = await through(firewall, profile)
      expect(received).toMatchObject({ 'udp.plain': 800, 'udp.options': 100, 'udp.chain': 0 })
      expect(await firewall.counted('exthdr rt')).toEqual([100])
    })
  })

  it('lets through what no rule forbids, and not one packet of what a rule does', async ctx => {
    if (reason) ctx.skip(reason)
    await behind(['10'], async firewall => {
      const before = await through(firewall, pack('must-not-arrive'))
      expect([before.code, before.received]).toEqual([10, { allowed: 1000, forbidden: 1000 }])
      await firewall.does('rules', '10', 'forbid')
      const { code, received } = await through(firewall, pack('must-not-arrive'))
      expect([code, received]).toEqual([0, { allowed: 1000, forbidden: 0 }])
      expect(await firewall.counted('udp dport 7 counter')).toEqual([1000])
    })
  })

  it('stops what belongs to no connection by state, and what state does not see by rules of its own', async ctx => {
    if (reason) ctx.skip(reason)
    const kinds = ['late_ack', 'reset_guess', 'late_fin', 'xmas', 'no_flags', 'syn_fin', 'bad_checksum']
    await behind(['0'], async firewall => {
      const leaks = async () => {
        await firewall.does('flush')
        const { received } = await through(firewall, 'profiles/tcp-illegal-mix.yaml')
        return [...kinds, 'short_header', 'land', 'cut_option'].map(kind => received[`illegal.${kind}`])
      }
      // Conntrack takes the second of two `land` for the answer to the first, and reads of options what it can.
      expect(await leaks()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 26, 50])
      expect(await firewall.counted('ct state')).toEqual([76])
      await firewall.does('rules', '0', 'strict')
      expect(await leaks()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
      const caught = ['fib saddr', 'ct state invalid', 'maxseg missing'].map(rule => firewall.counted(rule))
      expect(await Promise.all(caught)).toEqual([[50], [900], [50]])
      await firewall.does('rules', '0', 'stateless')
      expect(await leaks()).toEqual([200, 200, 100, 100, 100, 100, 50, 50, 50, 50])
    })
  })
})

describe('the firewall pack', () => {
  it('says of each profile what it proves and what not, and claims no RFC 9411', async () => {
    const names = (await readdir('profiles/firewall')).filter(name => name.endsWith('.yaml'))
    expect(names).toHaveLength(7)
    const { code, stderr } = await nmgen(['check', ...names.map(name => `profiles/firewall/${name}`)])
    expect([code, stderr]).toEqual([0, ''])
    for (const name of names) {
      const text = await readFile(`profiles/firewall/${name}`, 'utf8')
      for (const said of [/What this proves/, /What it does not/, /no RFC 9411/i])
        expect(text, name).toMatch(said)
    }
  })
})
