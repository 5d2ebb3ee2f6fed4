import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadProfile } from './load.js'
import { resolvedRows } from './resolved.js'
import { profileJsonSchema } from './schema-json.js'
import { profileDocument } from './write.js'

/** Line 4 is the first stream. */
const text = (stream: string, more = '') =>
  ['version: 1', 'name: x', 'streams:', `  - {name: r, ${stream}}`, more].join('\n')
const load = (stream: string, more = '', set: string[] = []) =>
  loadProfile(text(stream, more), { file: 'x', set })
const streams = (stream: string, more = '', set: string[] = []) => {
  const { profile, diagnostics } = load(stream, more, set)
  expect(diagnostics).toEqual([])
  return profile!.streams
}

describe('a stream of a capture', () => {
  it('needs nothing but the file', () => {
    expect(streams('pcap: a.pcap')).toMatchObject([
      {
        frame: { kind: 'captured' },
        layers: [],
        capture: { file: 'a.pcap', set: [] },
        rate: { kind: 'line' },
        signature: false,
      },
    ])
  })

  it('says which packets, when, how often, and what changes', () => {
    const [stream] = streams(
      'pcap: a.pcap, only: [0-9, 20], timing: {speed: 2.5}, loops: 1k, checksums: keep, signature: true, set: {ipv4.2.src: {random: 198.18.0.0/16}, tcp.options.mss.value: 1460, udp.checksum: bad}',
    )
    expect(stream).toMatchObject({
      signature: true,
      capture: {
        only: [
          { low: 0, high: 9 },
          { low: 20, high: 20 },
        ],
        speed: 2.5,
        loops: 1000,
        checksums: 'keep',
        set: [
          { name: 'ipv4.2.src', path: ['ipv4.2.src'], spec: { kind: 'random', low: 0xc6120000n } },
          { name: 'tcp.options.mss.value', spec: { kind: 'literal', value: 1460n } },
          { name: 'udp.checksum', spec: { kind: 'checksum', mode: 'bad' } },
        ],
      },
    })
  })

  it('has no part in a total where it has gaps of its own', () => {
    const more = '  - {name: a, frame: 64B, layers: [ipv4: {}]}\nrate: 1Mpps'
    expect(streams('pcap: a, timing: original', more)).toMatchObject([
      { rate: { kind: 'line' } },
      { share: 100 },
    ])
    expect(streams('pcap: a', more)).toMatchObject([{ share: 50 }, { share: 50 }])
  })

  it('takes --set by headers, and what is set last counts', () => {
    const [stream] = streams('pcap: a, set: {udp.dst: 5, udp.src: 6}', '', [
      'streams.r.set.udp.dst=7',
      'streams.r.loops=2',
    ])
    expect(stream!.capture).toMatchObject({
      loops: 2,
      set: [
        { name: 'udp.dst', path: ['udp', 'dst'], spec: { value: 7n } },
        { name: 'udp.src', spec: { value: 6n } },
      ],
    })
  })

  it('can be like another, and change what that sets', () => {
    const [, ...others] = streams(
      'pcap: a.pcap, timing: original, loops: 4, set: {udp.dst: 5, udp.src: 6}',
      [
        '  - {name: b, like: r, set: {udp.dst: 7, ipv4.ttl: 9, loops: 2}}',
        '  - {name: c, like: r, rate: 1kpps}',
        '  - {name: d, like: b, pcap: b.pcap}',
        '  - {name: e, like: r, frame: 64B, layers: [ipv4: {}]}',
        '  - {name: f, like: e, set: {pcap: c.pcap}}',
      ].join('\n'),
    )
    expect(others.map(({ capture }) => capture && [capture.file, capture.speed, capture.loops])).toEqual([
      ['a.pcap', 1, 2],
      ['a.pcap', undefined, 4],
      ['b.pcap', 1, 2],
      undefined,
      ['c.pcap', undefined, undefined],
    ])
    expect(
      others.map(({ capture }) =>
        capture?.set.map(({ name, spec }) => `${name}=${'value' in spec && spec.value}`),
      ),
    ).toEqual([
      ['udp.src=6', 'udp.dst=7', 'ipv4.ttl=9'],
      ['udp.dst=5', 'udp.src=6'],
      ['udp.src=6', 'udp.dst=7', 'ipv4.ttl=9'],
      undefined,
      [],
    ])
  })

  it('is written back as it can be read again', () => {
    const { profile, origin } = load(
      'pcap: a.pcap, only: [0-9, 20], timing: original, loops: 3, checksums: fix, set: {ipv4.src: {inc: {range: 198.18.0.0/16, every: 3}}, tcp.flags: SA}',
      '  - {name: s, pcap: b, timing: {speed: 3}, only: 7, vars: {v: {inc: 1-9}}, set: {udp.src: =v}}',
    )
    const again = loadProfile(JSON.stringify(profileDocument(profile!)), { file: 'x' })
    expect(again.diagnostics).toEqual([])
    expect(again.profile).toEqual(profile)
    const rows = resolvedRows(profile!, origin).filter(({ path }) => path.startsWith('streams.r.'))
    expect(rows).toContainEqual({ path: 'streams.r.set.tcp.flags', value: 'AS', origin: 'profile' })
    expect(rows).toContainEqual({ path: 'streams.r.only', value: '[0-9, 20]', origin: 'profile' })
    expect(rows.map(({ path }) => path)).not.toContain('streams.r.rate')
  })
})

/** What stands in the stream, and `line:column-endColumn code hint-part`. */
const cases: [stream: string, ...expected: string[]][] = [
  ['frame: 64B', '4:5-26 missing-key Headers'],
  ['pcap:', '4:15-19 wrong-type'],
  ['pcap: ""', '4:21-23 bad-value'],
  ['pcap: a, frame: 64B, layers: [ipv4: {}]', '4:24-29 one-key remove', '4:36-42 one-key remove'],
  ['frame: 64B, layers: [ipv4: {}], loops: 3', '4:47-52 one-key pcap'],
  ['pcap: a, timing: original, rate: 5pps', '4:24-30 one-key remove'],
  ['pcap: a, timing: original, share: 5%', '4:24-30 one-key remove'],
  ['pcap: a, timing: fast', '4:32-36 bad-value speed: 2'],
  ['pcap: a, timing: {sped: 2}', '4:33-37 unknown-key speed'],
  ['pcap: a, timing: {speed: 0}', '4:40-41 out-of-range'],
  ['pcap: a, timing: {speed: 2x}', '4:40-42 out-of-range'],
  ['pcap: a, only: []', '4:30-32 out-of-range'],
  ['pcap: a, only: [3, 9-5]', '4:34-37 reversed-range 5-9'],
  ['pcap: a, only: 0-65536', '4:30-37 out-of-range 65536'],
  ['pcap: a, only: udp', '4:30-33 bad-value 0-99'],
  ['pcap: a, loops: 0', '4:31-32 out-of-range'],
  ['pcap: a, checksums: bad', '4:35-38 bad-value'],
  ['pcap: a, set: 5', '4:29-30 wrong-type'],
  ['pcap: a, set: {udp.dts: 5}', '4:30-37 unknown-key dst'],
  ['pcap: a, set: {upd.dst: 5}', '4:30-37 unknown-key udp'],
  ['pcap: a, set: {udp: {dts: 5}}', '4:36-39 unknown-key dst'],
  ['pcap: a, set: {udp: 5}', '4:30-33 unknown-key udp.src'],
  ['pcap: a, set: {udp.dst: 70000}', '4:39-44 out-of-range'],
  ['pcap: a, set: {udp.dst: {rnd: 1-2}}', '4:40-43 unknown-key'],
  ['pcap: a, set: {raw.bytes: dead}', '4:30-39 bad-value layers'],
  ['pcap: a, lops: 3', '4:24-28 unknown-key loops'],
  ['frame: 64B, layers: [ipv4: {}], set: {udp.dst: 5}', '4:47-50 bad-set belongs'],
]

describe('what is wrong with it', () => {
  it.each(cases)('%s', (stream, ...expected) => {
    const found = load(stream).diagnostics
    const texts = found.map(({ line, column, endColumn, code }) => `${line}:${column}-${endColumn} ${code}`)
    expect(texts).toEqual(expected.map(one => one.split(' ').slice(0, 2).join(' ')))
    for (const [i, one] of expected.entries()) {
      const hint = one.split(' ').slice(2).join(' ')
      expect(`${found[i]!.message} ${found[i]!.hint ?? ''}`).toContain(hint)
    }
  })
})

describe('the schema of editors', () => {
  const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(
    profileJsonSchema(),
  )
  it.each([
    [true, 'pcap: a'],
    [true, 'pcap: a, only: [0-9, 5], timing: original, loops: 3, checksums: fix, set: {udp.dst: 5}'],
    [true, 'pcap: a, only: 7, timing: {speed: 2}'],
    [false, 'pcap: a, only: x'],
    [false, 'pcap: a, timing: fast'],
    [false, 'frame: 64B'],
  ])('%s: %s', (valid, stream) => {
    expect(validate(parse(text(stream)))).toBe(valid)
  })
})
