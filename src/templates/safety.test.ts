import { describe, expect, it } from 'vitest'
import { loadProfile } from '../profile/load.js'
import { classicFile, fileOf } from './captures/files.testing.js'
import { compile } from './compile.js'

interface Case {
  layers?: string
  uri?: string
  rate?: string
  more?: string
  safety?: string
  capture?: Uint8Array
}

function codes({ layers = '', uri = 'afpacket:eth9', rate = 'line', more, safety, capture }: Case): string[] {
  const made = capture ? 'pcap: a.pcap' : `frame: 128B, layers: [${layers}]`
  const text = `version: 1
name: t
ports: {a: '${uri}'}
streams:
  - {name: s, rate: ${rate}, ${more ? `${more}, ` : ''}${made}}
safety: {${safety ?? ''}}
`
  const { profile, diagnostics } = loadProfile(text, { file: 't.yaml' })
  if (!profile) throw new Error(diagnostics.map(({ message }) => message).join('; '))
  const read = () => (capture ? fileOf(capture) : { message: 'no file', hint: '' })
  return compile(profile, read).diagnostics.map(({ code }) => code)
}

const from = (src: string) => `{ethernet: {}}, {ipv4: {src: ${src}}}, {udp: {}}`
const to = (dst: string) => `{ethernet: {dst: ${dst}}}, {ipv4: {}}, {udp: {}}`
const broadcast = to("'ff:ff:ff:ff:ff:ff'")

const packet = (dst: string, src: string) =>
  Buffer.from(
    `${dst}0200000000010800450000200000400040110000${src}c61301020400000900${'0c0000deadbeef'}`,
    'hex',
  )
const captured = (...packets: Uint8Array[]) =>
  classicFile(packets.map((bytes, i) => ({ time: BigInt(i) * 1_000_000n, bytes })))
const [ours, others] = ['c6120102', '08080808']
const [neighbour, everybody] = ['020000000002', 'ffffffffffff']

describe('a source that belongs to somebody else', () => {
  it.each<[string, Case]>([
    ['an address', { layers: from('8.8.8.8') }],
    ['a range that leaves the benchmark network', { layers: from('{random: 198.18.0.0-198.20.0.0}') }],
    ['inside a tunnel', { layers: `{ethernet: {}}, {ipv4: {}}, {gre: {}}, {ipv4: {src: 8.8.8.8}}` }],
    ['IPv6', { layers: "{ethernet: {}}, {ipv6: {src: '2600::1'}}" }],
    ['a captured one', { capture: captured(packet(neighbour, others)) }],
    ['where another network is allowed', { layers: from('8.8.8.8'), safety: 'allow: [9.9.9.0/24]' }],
  ])('is refused: %s', (_, one) => expect(codes(one)).toEqual(['spoofed-source']))

  it.each<[string, Case]>([
    ['in a lab', { layers: from('8.8.8.8'), safety: 'lab: true' }],
    ['in a network that is ours to test', { layers: from('8.8.8.8'), safety: 'allow: [8.8.8.0/24]' }],
    ['a captured one, in a lab', { capture: captured(packet(neighbour, others)), safety: 'lab: true' }],
    ['a captured one of the benchmark network', { capture: captured(packet(neighbour, ours)) }],
    ['a private one', { layers: from('{random: 10.0.0.0/8}') }],
    ['none yet', { layers: from('0.0.0.0') }],
  ])('is allowed: %s', (_, one) => expect(codes(one)).toEqual([]))
})

describe('a flood of frames that every host must take', () => {
  it.each<[string, Case]>([
    ['broadcasts at line rate', { layers: broadcast }],
    ['broadcasts at 1,001 a second', { layers: broadcast, rate: '1001pps' }],
    ['a ramp that ends beyond', { layers: broadcast, rate: '{ramp: {from: 1pps, to: 2kpps, over: 1s}}' }],
    ['1,001 in all', { layers: broadcast, more: 'count: 1001' }],
    ['a share of a link whose speed is not known', { layers: broadcast, rate: '1%' }],
    ['now and then, in a list', { layers: to("{list: ['02:00:00:00:00:02', 'ff:ff:ff:ff:ff:ff']}") }],
    ['at random, over all addresses', { layers: to('{random: any}') }],
    ['a neighbour that was never resolved', { layers: to("'00:00:00:00:00:00'") }],
    [
      'every second packet of a capture',
      {
        capture: captured(packet(everybody, ours), packet(neighbour, ours)),
        rate: '2002pps',
      },
    ],
  ])('is refused: %s', (_, one) => expect(new Set(codes(one))).toEqual(new Set(['flooded-segment'])))

  it.each<[string, Case]>([
    ['at the rate of a probe', { layers: broadcast, rate: '1kpps' }],
    ['in bits, at the rate of a probe', { layers: broadcast, rate: '1Mbps' }],
    ['1,000 in all', { layers: broadcast, more: 'count: 1000' }],
    ['in a lab', { layers: broadcast, safety: 'lab: true' }],
    ['where nobody is at the other end', { layers: broadcast, uri: 'loop:x' }],
    ['to one neighbour', { layers: to("'02:00:00:00:00:02'") }],
    ['to addresses without these two', { layers: to("{random: '02:00:00:00:00:00-02:00:00:00:ff:ff'}") }],
    [
      'every second packet of a capture',
      {
        capture: captured(packet(everybody, ours), packet(neighbour, ours)),
        rate: '2kpps',
      },
    ],
  ])('is allowed: %s', (_, one) => expect(codes(one)).toEqual([]))
})
