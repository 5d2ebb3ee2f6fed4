import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { whyNoTool } from '../../test/lab/tools.js'
import { decode } from '../../test/lab/tshark.js'
import { loadProfile } from '../profile/load.js'
import { parseAddress } from '../units/address.js'
import { compile } from './compile.js'
import { answerOf, requestFrame } from './neighbour-frames.js'
import { pcapFile } from './pcap.js'
import type { Neighbour, StreamPlan } from './plan.js'

const noTshark = await whyNoTool('tshark')
const port = 'address: [198.18.0.2/24, 2001:2::2/64], gateway: [198.18.0.1, 2001:2::1]'

function streamsOf(...layers: string[]): readonly StreamPlan[] {
  const streams = layers.map((list, i) => `  - {name: s${i}, frame: 200B, layers: [${list}]}`)
  const text = `version: 1\nname: t\nvars: {to: 198.18.0.77}\nports: {a: {uri: "afpacket:x", ${port}}}\nduration: 1s\nstreams:\n${streams.join('\n')}\n`
  const { profile, diagnostics } = loadProfile(text, { file: 't.yaml' })
  if (!profile) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  const compiled = compile(profile)
  if (!compiled.plan) throw new Error(compiled.diagnostics.map(({ message }) => message).join('\n'))
  return compiled.plan.streams
}

const ip = (kind: 'mac' | 'ipv4' | 'ipv6', text: string): bigint => {
  const parsed = parseAddress(kind, text)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.value
}
const v4 = (text: string) => ip('ipv4', text)
const v6 = (text: string) => ip('ipv6', text)
const ourMac = ip('mac', '02:00:00:00:00:0a')
const theirMac = ip('mac', '02:00:00:00:00:0b')

describe('whom a stream sends to', () => {
  const hop = (layers: string): bigint | undefined =>
    streamsOf(`ethernet: {dst: resolve}, ${layers}, udp: {}`)[0]!.neighbour?.address

  it('is a neighbour in its network', () => {
    expect(hop('ipv4: {dst: 198.18.0.9}')).toBe(v4('198.18.0.9'))
    expect(hop('ipv4: {dst: =to}')).toBe(v4('198.18.0.77'))
    expect(hop('ipv6: {dst: "2001:2::9"}')).toBe(v6('2001:2::9'))
  })

  it('is the gateway for all that lies outside, one address or many', () => {
    expect(hop('ipv4: {dst: 198.19.0.9}')).toBe(v4('198.18.0.1'))
    expect(hop('ipv4: {dst: {random: 198.19.0.0/16}}')).toBe(v4('198.18.0.1'))
    expect(hop('ipv6: {dst: {inc: "2001:2:0:1::/64"}}')).toBe(v6('2001:2::1'))
  })

  it('is the gateway where there is no IP address to go by', () => {
    expect(streamsOf('ethernet: {dst: resolve, type: 0x88b5}')[0]!.neighbour?.address).toBe(v4('198.18.0.1'))
    expect(hop('mpls: {label: 17}, ipv4: {dst: 198.18.0.9}')).toBe(v4('198.18.0.1'))
  })

  it('is in the VLAN of the stream', () => {
    const [tagged] = streamsOf(
      'ethernet: {dst: resolve}, svlan: {id: 5}, vlan: {id: 100}, ipv4: {dst: 198.18.0.9}',
    )
    expect(tagged!.neighbour).toMatchObject({
      tags: [
        { header: 'svlan', id: 5 },
        { header: 'vlan', id: 100 },
      ],
      setsSource: true,
    })
  })

  it('leaves a source that is given', () => {
    const [given, plain] = streamsOf(
      'ethernet: {dst: resolve, src: 02:00:00:00:00:77}, ipv4: {dst: 198.18.0.9}',
      'ethernet: {}, ipv4: {dst: 198.18.0.9}',
    )
    expect(given!.neighbour?.setsSource).toBe(false)
    expect(given!.templates[0]!.bytes.slice(0, 12)).toEqual(
      Uint8Array.of(0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0x77),
    )
    expect(plain!.neighbour).toBeUndefined()
  })

  it('is the same for each fragment of a datagram, and each alternative', () => {
    const streams = streamsOf(
      'ethernet: {dst: resolve}, ipv4: {dst: 198.18.0.9}, choice: [{weight: 1, layers: [udp: {}]}, {weight: 1, layers: [tcp: {}]}]',
    )
    expect(streams.map(({ neighbour }) => neighbour?.address)).toEqual([v4('198.18.0.9'), v4('198.18.0.9')])
  })
})

const asked = (change: Partial<Neighbour>): Neighbour => ({
  kind: 'ipv4',
  address: v4('198.18.0.1'),
  from: v4('198.18.0.2'),
  tags: [],
  setsSource: true,
  path: [],
  ...change,
})
const asked6 = asked({ kind: 'ipv6', address: v6('2001:2::12:3456'), from: v6('2001:2::2') })
const tags = [{ header: 'vlan' as const, id: 100 }]

describe('what is asked', () => {
  it('is what tshark calls an ARP request and a neighbour solicitation', async ctx => {
    if (noTshark) ctx.skip(noTshark)
    const folder = mkdtempSync(join(tmpdir(), 'nmgen-ask-'))
    try {
      const frames = [asked({}), asked({ tags }), asked6, { ...asked6, tags }].map(one =>
        requestFrame(one, ourMac),
      )
      const pieces = [...pcapFile(frames.map(bytes => ({ timeNs: 0n, bytes })))]
      writeFileSync(join(folder, 'ask.pcap'), Buffer.concat(pieces))
      const fields = [
        'eth.dst',
        'eth.src',
        'vlan.id',
        'arp.opcode',
        'arp.src.proto_ipv4',
        'arp.dst.proto_ipv4',
        'arp.src.hw_mac',
        'icmpv6.type',
        'ipv6.src',
        'ipv6.dst',
        'ipv6.hlim',
        'icmpv6.nd.ns.target_address',
        'icmpv6.opt.linkaddr',
        'icmpv6.checksum.status',
        '_ws.expert.message',
      ] as const
      const rows = await decode(join(folder, 'ask.pcap'), fields)
      const arp = {
        'eth.dst': 'ff:ff:ff:ff:ff:ff',
        'eth.src': '02:00:00:00:00:0a',
        'arp.opcode': '1',
        'arp.src.proto_ipv4': '198.18.0.2',
        'arp.dst.proto_ipv4': '198.18.0.1',
        'arp.src.hw_mac': '02:00:00:00:00:0a',
        '_ws.expert.message': '',
      }
      const ns = {
        'eth.dst': '33:33:ff:12:34:56',
        'icmpv6.type': '135',
        'ipv6.src': '2001:2::2',
        'ipv6.dst': 'ff02::1:ff12:3456',
        'ipv6.hlim': '255',
        'icmpv6.nd.ns.target_address': '2001:2::12:3456',
        'icmpv6.opt.linkaddr': '02:00:00:00:00:0a',
        'icmpv6.checksum.status': '1',
        '_ws.expert.message': '',
      }
      expect(rows).toMatchObject([
        { ...arp, 'vlan.id': '' },
        { ...arp, 'vlan.id': '100' },
        { ...ns, 'vlan.id': '' },
        { ...ns, 'vlan.id': '100' },
      ])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('an answer', () => {
  /** The neighbour's own request names it as the sender; as a reply, it is its answer. */
  function reply(one: Neighbour): Uint8Array {
    const bytes = requestFrame({ ...one, address: one.from, from: one.address }, theirMac)
    bytes[21 + 4 * one.tags.length] = 2
    return bytes
  }

  it('is the reply of the one who was asked, in its VLAN', () => {
    expect(answerOf(asked({}), reply(asked({})))).toBe(theirMac)
    expect(answerOf(asked({ tags }), reply(asked({ tags })))).toBe(theirMac)
    expect(answerOf(asked({}), reply(asked({ tags })))).toBeUndefined()
    expect(answerOf(asked({ tags }), reply(asked({})))).toBeUndefined()
    expect(answerOf(asked({ address: v4('198.18.0.3') }), reply(asked({})))).toBeUndefined()
  })

  it('is no question of anybody', () => {
    expect(answerOf(asked({}), requestFrame(asked({}), ourMac))).toBeUndefined()
    expect(answerOf(asked6, requestFrame(asked6, ourMac))).toBeUndefined()
    expect(answerOf(asked6, new Uint8Array(60))).toBeUndefined()
  })

  it('of IPv6 names the target, in an option or as the sender', () => {
    const advertisement = (option: boolean): Uint8Array => {
      const bytes = requestFrame(asked6, theirMac)
      bytes[54] = 136
      if (option) bytes.set([2, 1, 2, 0, 0, 0, 0, 0x0c], 78)
      return option ? bytes : bytes.slice(0, 78)
    }
    expect(answerOf(asked6, advertisement(true))).toBe(ip('mac', '02:00:00:00:00:0c'))
    expect(answerOf(asked6, advertisement(false))).toBe(theirMac)
  })
})
