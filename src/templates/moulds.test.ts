import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { encodePlan } from '../gen/encode.js'
import { loadProfile } from '../profile/load.js'
import type { Profile } from '../profile/model.js'
import { compile } from './compile.js'

function load(text: string): Profile {
  const { profile, diagnostics } = loadProfile(text, { file: 'x' })
  if (!profile) throw new Error(diagnostics[0]?.message)
  return profile
}

/** Streams of a copy have no layer in common: each is compiled by itself. */
function bothWays(text: string) {
  const profile = load(text)
  return { alike: compile(profile), alone: compile(structuredClone(profile)) }
}

const head = 'version: 1\nname: many\nports: { a: loop:lab, b: loop:other }\nstreams:\n'
const many = (count: number, stream: (i: number) => string) =>
  head + Array.from({ length: count }, (_, i) => `  - { name: s${i}, ${stream(i)} }\n`).join('')

const ethernet = 'ethernet: { src: 02:00:00:00:00:01 }'
const flow = (i: number, rest = '') =>
  `frame: 128B, layers: [{ ${ethernet} }, { ipv4: { src: { random: 198.18.0.0/20 }, dst: 198.19.0.${i % 256} } }, ` +
  `{ udp: { src: { inc: 1024-65535 }, dst: ${5000 + i} } }]${rest}`

const kinds: Record<string, (i: number) => string> = {
  'two values': i => flow(i),
  'without a receiver': i => flow(i, ', rx: b, signature: false'),
  'recognised by constant bits': i =>
    `frame: 64B, layers: [{ ${ethernet} }, { ipv6: { dst: "2001:2::${i + 1}" } }, { udp: { dst: ${i} } }]`,
  'sizes at random': i => flow(i).replace('128B', '{ weighted: { 64B: 3, 256B: 1, 1518B: 2 } }'),
  'several kinds in turn': i =>
    i % 3 === 0 ? flow(i) : i % 3 === 1 ? flow(i, ', rate: 5kpps') : flow(i, ', signature: false'),
  'fields that others depend on': i =>
    `frame: 256B, layers: [{ ${ethernet} }, { ipv4: {} }, { gre: { key_present: ${i % 2}, protocol: ${i} } }]`,
  'lengths that are given': i =>
    `frame: 128B, layers: [{ ${ethernet} }, { ipv4: { header_length: ${5 + (i % 3)}, length: ${100 + i} } }, { udp: {} }]`,
  'destinations that are not allowed': i =>
    `frame: 64B, layers: [{ ${ethernet} }, { ipv4: { dst: ${i === 7 ? '8.8.8.8' : '198.18.0.1'} } }, { udp: {} }]`,
  'references to what changes': i =>
    `frame: 64B, layers: [{ ${ethernet} }, { ipv4: { src: 198.18.0.${i}, dst: =src } }, { udp: {} }]`,
  'ports that say what follows': i =>
    `frame: 128B, layers: [{ ${ethernet} }, { ipv4: {} }, { udp: { src: ${50 + i}, dst: { random: 50-60 } } }, { dns: {} }]`,
}

describe('streams that are cast are what they are when each is compiled by itself', () => {
  it.each(Object.entries(kinds))('%s', (_, stream) => {
    const { alike, alone } = bothWays(many(40, stream))
    expect(alike).toEqual(alone)
  })

  const folder = new URL('../../profiles/', import.meta.url)
  const slow = ['imix-fragments.yaml', 'quic-initial.yaml', 'dns-mix.yaml'] // streams of many members, which are not cast
  const shipped = readdirSync(folder).filter(file => file.endsWith('.yaml') && !slow.includes(file))
  it.each(shipped)('%s', file => {
    const { alike, alone } = bothWays(readFileSync(new URL(file, folder), 'utf8'))
    expect(alike).toEqual(alone)
  })
})

describe('ten times as many streams', () => {
  const bytesOf = (streams: number) => encodePlan(compile(load(many(streams, flow))).plan!).length

  it('make a plan ten times as large, whatever they send', () => {
    const [none, ten, hundred] = [
      encodePlan({ durationNs: null, streams: [] }).length,
      bytesOf(10),
      bytesOf(100),
    ]
    expect(hundred - none).toBe(10 * (ten - none))
    const counted = load(many(10, i => flow(i, ', count: 1000000')))
    expect(encodePlan(compile(counted).plan!).length).toBe(ten)
  })

  it('have what they have in common once', () => {
    const { streams } = compile(load(many(100, flow))).plan!
    const shared = new Set(
      streams.flatMap(({ sequence, fields }) => [sequence, ...fields.map(({ sums }) => sums)]),
    )
    expect(shared.size).toBe(3)
  })
})
