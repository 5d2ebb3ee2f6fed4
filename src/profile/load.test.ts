import { describe, expect, it } from 'vitest'
import { defaultPacing } from '../units/pacing.js'
import { loadProfile } from './load.js'

/** A good profile in few lines; a test replaces one of them. */
const good = [
  'version: 1',
  'name: test',
  'seed: 1',
  'ports: {a: "loop:lab", b: "netmap:eth3"}',
  'duration: 10s',
  'cores: 1-3,5',
  'streams:',
  '  - name: udp',
  '    frame: 64B',
  '    rate: line',
  '    layers:',
  '      - ethernet: {src: 02:00:00:00:00:01}',
  '      - ipv4: {src: 198.18.1.2}',
  '      - udp: {dst: 9}',
  'expect:',
  '  - loss_ratio == 0',
  'safety: {lab: false}',
]

const load = (lines: readonly string[]) => loadProfile(lines.join('\n'), { file: 'test.yaml' })

/** Line numbers count from 1. */
const withLine = (line: number, text: string): string[] => good.map((old, i) => (i === line - 1 ? text : old))

/** line, its text, and for each diagnostic `line:column-endColumn code hint-part`. */
const cases: [line: number, text: string, ...expected: string[]][] = [
  [1, 'version: 2', '1:10-11 bad-value'],
  [1, '', '2:1-11 missing-key version: 1'],
  [2, 'nam: test', '2:1-4 unknown-key `name`'],
  [2, 'name: a/b', '2:7-10 bad-value letters'],
  [2, 'name: [a]', '2:7-10 wrong-type'],
  [3, 'seed: -1', '3:7-9 bad-value'],
  [3, 'seed: 9999999999999999', '3:7-23 out-of-range'],
  [3, 'description: 5', '3:14-15 wrong-type quotes'],
  [4, 'ports: {}', '4:8-10 out-of-range loop:lab'],
  [4, 'ports: {a: dpdk, b: "netmap:eth3"}', '4:12-16 bad-value backend:device'],
  [4, 'ports: {a: {uri: "loop:x", queue: 2}}', '4:28-33 unknown-key `queues`'],
  [4, 'ports: {a: {queues: 2}}', '4:12-23 missing-key backend:device'],
  [4, 'ports: {a: {uri: "loop:x", queues: {tx: 65}}}', '4:41-43 out-of-range 64'],
  [4, 'ports: {"a b": "loop:x"}', '4:9-14 bad-value letters'],
  [4, 'ports: {a: "netmap:eth3", b: "netmap:eth3"}', '4:30-43 duplicate-device'],
  [5, 'duration: 10', '5:11-13 bad-unit `10s`'],
  [5, 'duration: 10Gbps', '5:11-17 bad-unit'],
  [5, 'duration: 0s', '5:11-13 out-of-range'],
  [6, 'cores: 1-3,2', '6:8-13 bad-value'],
  [6, 'cores: [1, x]', '6:12-13 bad-value'],
  [6, 'cores: 3-1', '6:8-11 reversed-range'],
  [8, '  - name: a b', '8:11-14 bad-value'],
  [8, '  - nmae: udp', '8:5-9 unknown-key `name`'],
  [9, '    frame: 60B', '9:12-15 out-of-range 64B'],
  [9, '    frame: 9300', '9:12-16 out-of-range'],
  [9, '    frame: 64b', '9:12-15 bad-unit `64B`'],
  [9, '    frame:', '9:5-10 wrong-type'],
  [9, '', '8:5-14 missing-key FCS'],
  [9, '    frame: {imix: {64: 7}}', '9:20-22 bad-unit `64B`'],
  [9, '    frame: {imix: {64B: 0}}', '9:25-26 out-of-range'],
  [9, '    frame: {imix: {60B: 1}}', '9:20-23 out-of-range'],
  [9, '    frame: {imix: []}', '9:19-21 wrong-type'],
  [9, '    frame: {imx: {64B: 1}}', '9:13-16 unknown-key `imix`'],
  [10, '    rate: 10mbps', '10:11-17 bad-unit `10Mbps`'],
  [10, '    rate: 10GB/s', '10:11-17 bad-unit `80Gbps`'],
  [10, '    tx: c', '10:9-10 unknown-port a, b'],
  [10, '    rx: [a]', '10:9-12 wrong-type'],
  [10, '    count: 1.5', '10:12-15 bad-value'],
  [10, '    count: 0', '10:12-13 out-of-range'],
  [10, '    signature: 1', '10:16-17 wrong-type'],
  [11, '    layers: []\n    tx: b\n    foo:', '11:13-15 out-of-range', '13:5-8 unknown-key'],
  [12, '      - ethernet: {src: 02-00-00-00-00-01}', '12:25-42 bad-address `02:00:00:00:00:01`'],
  [12, '      - ethernet: {src: 5}', '12:25-26 wrong-type'],
  [12, '      - ether: {}', '12:9-14 unknown-key ethernet'],
  [12, '      - ethernt: {}', '12:9-16 unknown-key `ethernet`'],
  [12, '      - ethernet: 5', '12:19-20 wrong-type'],
  [12, '      - ethernet:\n        src: 02:00:00:00:00:01', '13:9-12 unknown-key indent'],
  [12, '      - {ethernet: {}, vlan: {}}', '12:24-28 one-key `- vlan:`'],
  [12, '      - {}', '12:9-11 one-key ethernet'],
  [13, '      - ipv4: {src: "2001:2::1"}', '13:21-32 bad-address'],
  [13, '      - ipv6: {src: 198.18.1.2}', '13:21-31 bad-address'],
  [13, '      - ipv4: {src: 10.1}', '13:21-25 wrong-type'],
  [13, '      - ipv4: {ttl: 256}', '13:21-24 out-of-range 0 to 255'],
  [13, '      - ipv4: {ttl: -1}', '13:21-23 bad-value'],
  [13, '      - ipv4: {tll: 4}', '13:16-19 unknown-key `ttl`'],
  [13, '      - ipv4: {src: {inc: 198.18.0.1/20}}', '13:27-40 host-bits `198.18.0.0/20`'],
  [13, '      - ipv4: {src: {inc: 198.18.0.9-198.18.0.1}}', '13:27-48 reversed-range'],
  [13, '      - ipv4: {src: {inc: 198.18.0.0/33}}', '13:27-40 out-of-range'],
  [14, '      - udp: {src: {randm: 1-5}}', '14:21-26 unknown-key `random`'],
  [14, '      - udp: {src: {inc: 1-5, step: 2}}', '14:31-35 unknown-key {inc: {range: ..., step: ...}}'],
  [14, '      - udp: {src: {inc: 1-5, dec: 1-5}}', '14:31-34 one-key inc, dec'],
  [14, '      - udp: {src: {}}', '14:20-22 one-key random'],
  [14, '      - udp: {src: [1, 2]}', '14:20-26 wrong-type list'],
  [14, '      - udp: {src: {inc: 5}}', '14:26-27 bad-value low-high'],
  [14, '      - udp: {src: {inc: 5-1}}', '14:26-29 reversed-range `1-5`'],
  [14, '      - udp: {src: {inc: 1-65536}}', '14:26-33 out-of-range'],
  [14, '      - udp: {src: {inc: {step: 2}}}', '14:26-35 missing-key'],
  [14, '      - udp: {src: {inc: {range: 1-5, step: 0}}}', '14:45-46 out-of-range'],
  [14, '      - udp: {src: {random: {range: 1-5, step: 1}}}', '14:42-46 unknown-key'],
  [14, '      - udp: {src: {random: {range: 1-5, every: 0}}}', '14:49-50 out-of-range'],
  [14, '      - udp: {src: {list: 5}}', '14:27-28 wrong-type'],
  [14, '      - udp: {src: {list: []}}', '14:27-29 out-of-range'],
  [14, '      - udp: {src: {list: {values: [1, 70000]}}}', '14:40-45 out-of-range'],
  [14, '      - tcp: {flags: SX}', '14:22-24 bad-value CEUAPRSF'],
  [14, '      - tcp: {flags: sa}', '14:22-24 bad-value `SA`'],
  [14, '      - payload: {bytes: 1234}', '14:26-30 wrong-type quotes'],
  [14, '      - payload: {bytes: abc}', '14:26-29 bad-value'],
  [14, '      - payload: {text: a, bytes: "00"}', '14:28-33 one-key'],
  [14, '      - payload: {hex: "00"}', '14:19-22 unknown-key'],
  [16, '  - loss_ratio = 0', '16:5-19 bad-value `loss_ratio == 0`'],
  [16, '  - los_ratio == 0', '16:5-19 bad-value `loss_ratio`'],
  [16, '  - latency_p99_ns < 5Gbps', '16:5-27 bad-unit'],
  [16, '  - streams.upd.lost == 0', '16:5-26 unknown-stream udp'],
  [17, 'safety: {allow: [10.0.0.1/8]}', '17:18-28 host-bits'],
  [17, 'safty: {}', '17:1-6 unknown-key `safety`'],
  [17, 'name: again', '17:1-5 duplicate-key'],
]

describe('a mistake in a profile', () => {
  it.each(cases)('line %d: %s', (line, text, ...expected) => {
    const { diagnostics, profile } = load(withLine(line, text))
    expect(profile).toBeUndefined()
    const found = diagnostics.map(d => `${d.line}:${d.column}-${d.endColumn} ${d.code}`)
    expect(found).toEqual(expected.map(text => text.split(' ').slice(0, 2).join(' ')))
    for (const [i, text] of expected.entries())
      expect(`${diagnostics[i]!.hint}`).toContain(text.split(' ').slice(2).join(' '))
  })

  it('is reported with all others, in file order', () => {
    const lines = good.map((line, i) =>
      i === 4 ? 'duration: 5' : i === 8 ? '    frame: 1B' : i === 13 ? '      - upd: {}' : line,
    )
    const { diagnostics } = load(lines)
    expect(diagnostics.map(({ line, code }) => [line, code])).toEqual([
      [5, 'bad-unit'],
      [9, 'out-of-range'],
      [14, 'unknown-key'],
    ])
  })
})

describe('a text that is no profile', () => {
  const bomb = [
    'a: &a [x]',
    ...Array.from(
      { length: 8 },
      (_, i) =>
        `b${i}: &b${i} [${Array(9)
          .fill(i ? `*b${i - 1}` : '*a')
          .join(', ')}]`,
    ),
  ]

  it.each([
    ['', 'empty-profile'],
    ['# nothing', 'empty-profile'],
    ['- 1', 'wrong-type'],
    ['hello', 'wrong-type'],
    ['version: [1', 'yaml-syntax'],
    ['a: b: c', 'yaml-syntax'],
    ['version: 1\n---\nversion: 1', 'yaml-syntax'],
    ['version: *nowhere', 'yaml-alias'],
    ['version: &v [*v]', 'bad-value'],
    [bomb.join('\n'), 'yaml-alias'],
    [`# ${'x'.repeat(8 << 20)}`, 'file-too-large'],
  ])('%# is refused', (text, code) => {
    const { profile, diagnostics } = loadProfile(text, { file: 'x' })
    expect(profile).toBeUndefined()
    expect(diagnostics.map(diagnostic => diagnostic.code)).toContain(code)
  })

  it('reports what an alias repeats only once', () => {
    const lines = withLine(13, '      - ipv4: &ip {ttl: 300}\n      - ipv4: *ip')
    expect(load(lines).diagnostics).toHaveLength(1)
  })
})

describe('a good profile', () => {
  it('is resolved with every default', () => {
    const minimal =
      'version: 1\nname: x\nstreams: [{name: s, frame: 64B, layers: [udp: {src: {permute: any}}, payload: ]}]'
    expect(loadProfile(minimal, { file: 'x' })).toMatchObject({
      diagnostics: [],
      profile: {
        version: 1,
        name: 'x',
        seed: 1,
        ports: [{ name: 'a', uri: 'loop:lab', txQueues: 1, rxQueues: 1, args: [] }],
        streams: [
          {
            name: 's',
            frame: { kind: 'fixed', frameBytes: 64 },
            rate: { kind: 'line' },
            tx: 'a',
            rx: 'a',
            signature: true,
            layers: [
              { name: 'udp', fields: { src: { kind: 'permute', low: 0n, high: 65535n, every: 1n } } },
              { name: 'payload', fields: {} },
            ],
          },
        ],
        expect: [],
        pacing: defaultPacing,
        safety: { allow: [], interfaces: [], lab: false },
      },
    })
  })

  it('receives nowhere by default if the port is no loop', () => {
    const { profile } = load(withLine(10, '    tx: b'))
    expect(profile!.streams[0]).not.toHaveProperty('rx')
  })

  it('reads every kind of field', () => {
    const fields = {
      '{inc: {range: 1-9, step: 2, every: 1k}}': { kind: 'inc', low: 1n, high: 9n, step: 2n, every: 1000n },
      '{dec: 0x10-0x1f}': { kind: 'dec', low: 16n, high: 31n, step: 1n, every: 1n },
      '{list: [1, 0xff]}': { kind: 'list', values: [1n, 255n], every: 1n },
      '{list: {values: [7], every: 3}}': { kind: 'list', values: [7n], every: 3n },
      '"0x800"': { kind: 'literal', value: 0x800n },
    }
    for (const [text, spec] of Object.entries(fields))
      expect(
        load(withLine(14, `      - udp: {src: ${text}}`)).profile?.streams[0]?.layers[2]?.fields.src,
      ).toEqual(spec)
  })

  it('reads flags and payloads', () => {
    const layers = (text: string) => load(withLine(14, text)).profile?.streams[0]?.layers[2]
    expect(layers('      - tcp: {flags: SA}')?.fields.flags).toEqual({ kind: 'literal', value: 0x12n })
    expect(layers('      - tcp: {flags: none}')?.fields.flags).toEqual({ kind: 'literal', value: 0n })
    expect(layers('      - payload: {bytes: dead beef}')?.bytes).toEqual(
      Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
    )
    expect(layers('      - payload: {text: hi}')?.bytes).toEqual(Uint8Array.of(104, 105))
  })

  it('keeps the order of an imix', () => {
    const { profile } = load(withLine(9, '    frame: {imix: {1518B: 1, 64B: 7}}'))
    expect(profile?.streams[0]?.frame).toEqual({
      kind: 'imix',
      sizes: [
        { frameBytes: 1518, weight: 1 },
        { frameBytes: 64, weight: 7 },
      ],
    })
  })
})
