import { describe, expect, it } from 'vitest'
import { loadProfile } from '../../profile/load.js'
import { compile } from '../compile.js'
import { renderPacket } from '../render.testing.js'
import { bytesOf, type Census, counter, emptyCensus, merge } from './census.js'
import { keyValue } from './key.js'

/** The first packets of each member of the one stream `s`. */
function count(stream: string, packets = 100): Census {
  const text = `version: 1\nname: t\nports: {a: 'pcap:x'}\nstreams:\n  - name: s\n    ${stream}\n`
  const { profile, diagnostics } = loadProfile(text, { file: 't' })
  expect(diagnostics).toEqual([])
  const { plan } = compile(profile!)
  const census = emptyCensus()
  for (const stream of plan!.streams) {
    const counting = counter(stream, census)
    for (let i = 0n; i < packets; i++) counting.add(i, renderPacket(plan!, stream.id, i))
    counting.finish()
  }
  return census
}

const stream = (list: string, frame = '200B') => `frame: ${frame}\n    layers: [{ethernet: {}}, ${list}]`

const flows = ({ flows: { outer, inner } }: Census) => [
  outer[4].size,
  outer[6].size,
  inner[4].size,
  inner[6].size,
]

const values = (census: Census, name: string) =>
  [...census.fields.values()]
    .filter(field => field.name === name)
    .flatMap(({ tally }) => [...tally.entries()].map(({ key, count }) => [keyValue(key), count]))
    .sort(([a], [b]) => Number(a) - Number(b))

describe('flows', () => {
  it.each([
    [
      'UDP: 5-tuples',
      '{ipv4: {src: {inc: 198.18.0.1-198.18.0.4}}}, {udp: {src: {inc: 1000-1024}}}',
      [100, 0, 0, 0],
    ],
    [
      'a field that is no part of one',
      '{ipv4: {ttl: {inc: 1-100}}}, {tcp: {seq: {random: any}}}',
      [1, 0, 0, 0],
    ],
    [
      'IPv6 behind its extension headers',
      '{ipv6: {}}, {dest_options: {}}, {tcp: {src: {inc: 1-50}}}',
      [0, 50, 0, 0],
    ],
    ['echo: the identifier', '{ipv4: {}}, {icmp: {id: {inc: 1-5}, seq: {inc: 1-100}}}', [5, 0, 0, 0]],
    [
      'no ports',
      '{vlan: {id: {inc: 1-9}}}, {ipv4: {dst: {inc: 198.18.0.1-198.18.0.7}}}, {gre: {}}',
      [7, 0, 0, 0],
    ],
    [
      'of a tunnel, both ends',
      '{ipv4: {}}, {gre: {}}, {ipv6: {src: {inc: 2001:db8::1-2001:db8::a}}}, {udp: {src: {inc: 1-3}}}',
      [1, 0, 0, 30],
    ],
    ['of ARP, none', '{arp: {}}', [0, 0, 0, 0]],
  ])('%s', (_, list, expected) => {
    const census = count(stream(list))
    expect(flows(census)).toEqual(expected)
    expect(census.withoutFlow).toBe(expected.some(n => n > 0) ? 0 : 100)
  })

  it('of fragments are those of the first', () => {
    const census = count(
      'frame: 1000B\n    fragment: {mtu: 500}\n    layers: [{ethernet: {}}, {ipv4: {id: {inc: 1-10}}}, {udp: {src: {inc: 1-10}}}]',
      10,
    )
    expect(flows(census)).toEqual([10, 0, 0, 0])
    expect(census.withoutFlow).toBe(census.packets - 10)
  })
})

describe('fields', () => {
  it('count what is drawn, and what differs between alternatives', () => {
    const census = count(
      stream(
        '{ipv4: {ttl: {list: [3, 4]}}}, {choice: [{layers: [{udp: {dst: 9}}]}, {layers: [{tcp: {dst: 80}}]}]}',
      ),
      10,
    )
    expect(values(census, 'ipv4.ttl').map(([value]) => value)).toEqual([3n, 4n])
    expect(values(census, 'ipv4.protocol')).toEqual([
      [6n, 10],
      [17n, 10],
    ])
    expect(census.fields.get('ipv4.ttl 8')).toMatchObject({ drawn: true })
    expect(census.fields.get('ipv4.protocol 8')).toMatchObject({ drawn: false })
    expect([...census.fields.values()].some(({ name }) => name.endsWith('checksum'))).toBe(false)
  })

  it('have the names of the profile where the frame reads as something else', () => {
    const census = count(stream('{ipv4: {protocol: 6}}, {udp: {src: {inc: 1-4}}}'))
    expect(values(census, 'udp.src')).toHaveLength(4)
    expect(values(census, 'tcp.src')).toEqual([])
  })

  it('are whole, of both halves and of all characters', () => {
    const census = count(
      stream(
        '{ipv6: {src: {random: "2001:db8::/32"}}}, {udp: {}}, {payload: {text: "a{number}b", number: {inc: 0-4}}}',
      ),
    )
    expect(values(census, 'ipv6.src')).toHaveLength(100)
    expect(values(census, 'ipv6.src.high')).toEqual([])
  })
})

it('sizes and bytes have the FCS; a total is the sum', () => {
  const one = count(stream('{ipv4: {src: {inc: 198.18.0.1-198.18.0.9}}}, {udp: {}}', '{list: [64B, 128B]}'))
  expect([...one.sizes]).toEqual([
    [64, 50],
    [128, 50],
  ])
  const total = emptyCensus()
  merge(total, one)
  merge(total, count(stream('{ipv4: {src: {inc: 198.18.0.5-198.18.0.12}}}, {udp: {}}')))
  expect([total.packets, total.bytes]).toEqual([200, 50 * 64 + 50 * 128 + 100 * 200])
  expect(flows(total)).toEqual([12, 0, 0, 0])
  expect(bytesOf(total)).toBeGreaterThan(bytesOf(one) / 2)
})
