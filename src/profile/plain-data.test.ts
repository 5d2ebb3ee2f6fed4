import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { change } from './change.js'
import type { DataChanges } from './change-data.js'
import { configure } from './configure.js'
import { readPlainData } from './plain-data.js'
import { slipped } from './slips.testing.js'

const folder = new URL('../../profiles/', import.meta.url)
const names = readdirSync(folder).filter(name => name.endsWith('.yaml'))
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')

/** What it says must be what the document says, without a word against it. */
function expectSame(text: string, { set, config }: DataChanges = { set: [] }): void {
  const data = readPlainData(text, { set, ...(config && { config }) })
  if (data === undefined) return
  const doc = parseDocument(text, { prettyErrors: false, logLevel: 'error' })
  expect([...doc.errors, ...doc.warnings]).toEqual([])
  expect(config ? configure(doc, config) : []).toEqual([])
  expect(change(doc, set, 0).problems).toEqual([])
  expect(data).toEqual(doc.toJS())
}

describe('a profile read without positions', () => {
  it.each(names)('is the same as with them: %s', name => expectSame(read(name)))

  it('is most profiles', () => {
    expect(names.filter(name => readPlainData(read(name)) !== undefined).length).toBeGreaterThan(4)
  })

  const scalars = ['0x1F', '0o17', '-.5', '1e3', '.inf', '.NaN', '+7', '007', '1_000', '12:30', '2001-12-14']
  const words = [
    'yes',
    'no',
    'on',
    'True',
    'FALSE',
    'a: b',
    '"a" b',
    "it's",
    '- a',
    '[a, b: c]',
    '{a, b}',
    '{a:b}',
  ]
  const odd = [
    '',
    ...[
      'null',
      '~',
      '{null}',
      '{~: 1}',
      '{: 1}',
      '>',
      '| # x',
      '*a',
      '* a',
      '&a b',
      '!a',
      '!',
      '? a',
      '50%',
      '%',
    ],
    '::1',
    '64B-1518B',
    '=a.b + 1',
    '# c',
    'a #b',
    'a# b',
    '12345678901234567890',
    '[a,, b]',
    '[a, b,]',
  ]
  it.each([...scalars, ...words, ...odd])('is the same as with them, value %s', value => {
    expectSame(
      `version: 1\nname: ${value}\nstreams:\n  - a: ${value}\n    b: [${value}, x]\n    ${value}: {c: ${value}}\n`,
    )
  })

  it('is the same as with them, or left to the document, after any slip', () => {
    fc.assert(
      fc.property(slipped(names.map(read)), text => expectSame(text)),
      { numRuns: 1500 },
    )
  })

  it.each(['like: a', 'set: {x: 1}'])('is left to the document where a stream is changed: %s', key => {
    expect(readPlainData(`streams:\n  - {name: b, ${key}}\n`)).toBeUndefined()
  })

  const base =
    'version: 1\nstreams:\n  - {name: a, frame: 64B, rate: 1Mpps, layers: [{udp: {dst: 9, src: {inc: 1-9}}}, {vlan: }]}\n'
  const changes = [
    'count: 5',
    'rate:',
    'share: 5%',
    'frame: 128B',
    'set: {udp.dst: 10}',
    'set: {udp.dst: {random: 1-9}, udp.checksum: 0, rate: 5pps, count: 7}',
    'set: {share: 5%, frame: {imix: simple}, layers: 5}',
    'rate: , set: {rate: 7pps}',
    'layers: [{tcp: {}}], set: {tcp.dst: 80}',
  ]
  it.each(changes)('takes over what a stream is like: %s', change => {
    const text = `${base}  - {name: b, like: a, ${change}}\n  - {name: c, like: b, set: {x: 1}}\n  - {name: d, like: a}\n`
    expect(readPlainData(text)).toBeDefined()
    expectSame(text)
  })

  const beyond = [
    'like: nobody',
    'like: b',
    'like: c',
    'like: a, set: 5',
    'like: a, set: {like: c}',
    'like: a, set: {tcp.dst: 5}',
    'like: a, set: {udp: 5}',
    'like: a, set: {udp.dst.inc: 5}',
    'like: a, set: {vlan.id: 5}',
    'like: a, set: {layers.0: 5}',
    'like: a, set: {vars.x: 5}',
    'like: a, layers: [{choice: []}], set: {udp.dst: 5}',
    'like: a, pcap: x',
    'like: a, set: {choice: 5}',
  ]
  it.each(beyond)('is left to the document beyond that: %s', stream => {
    expect(readPlainData(`${base}  - {name: b, ${stream}}\n  - {name: c}\n`)).toBeUndefined()
  })

  const many = `${base}  - {name: b, like: a, rate: 5pps}\n  - {name: "7", layers: [{vlan: {id: 1}}, {vlan: {id: 1}}]}\n`
  const settings = [
    ['expect=[]'],
    ['seed=7', 'seed=8'],
    ['ports.a=loop:x', 'ports.a.queues=2'],
    ['vars.x={random: 1-9}', 'vars.x.random=1-5'],
    ['streams.a.rate=7pps', 'streams.0.frame=128B'],
    ['streams.a.layers.udp.src.inc=1-5', 'streams.a.layers.udp.dst='],
    ['streams.2.layers.0.vlan.id=5', 'streams.2.layers.1.vlan.id=6'],
  ]
  it.each(settings)('is changed by --set %s', (...set) => {
    expect(readPlainData(many, { set })).toBeDefined()
    expectSame(many, { set })
  })

  const others = [
    'streams=[]',
    'streams.a={}',
    'streams.b.frame=64B',
    'streams.b.rate=64pps',
    'streams.7.rate=5pps',
    'streams.9.rate=5pps',
    'streams.c.rate=5pps',
    'streams.a.layers.tcp.dst=5',
    'matrix={seed: [1, 2]}',
    'version.x=5',
    'seed=[',
    'seed=*a',
    'seed',
  ]
  it.each(others)('is left to the document with --set %s', argument => {
    expect(readPlainData(many, { set: [argument] })).toBeUndefined()
  })

  it('is changed by the configuration', () => {
    const config = { file: 'c.yaml', text: 'seed: 9\nports: {x: loop:y}\nsafety: {lab: true}\n' }
    expect(readPlainData(many, { set: ['seed=8'], config })).toMatchObject({
      seed: 8,
      ports: { x: 'loop:y' },
      safety: { lab: true },
    })
    expectSame(many, { set: ['seed=8'], config })
    expect(readPlainData(many, { set: [], config: { ...config, text: 'streams: []\n' } })).toBeUndefined()
  })
})
