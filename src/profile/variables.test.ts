import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { compile } from '../templates/compile.js'
import { loadProfile } from './load.js'
import { resolvedRows } from './resolved.js'
import { profileJsonSchema } from './schema-json.js'
import { profileDocument } from './write.js'

/** Line 3 holds the variables, line 6 what the stream draws otherwise, line 9 and 10 the fields. */
const text = (vars: string, ipv4 = 'src: =flow.src', udp = '', pick = '{}') => `version: 1
name: x
vars: {${vars}}
streams:
  - name: s
    pick: ${pick}
    frame: 64B
    layers:
      - ethernet: {}
      - ipv4: {${ipv4}}
      - udp: {${udp}}
`
const flow = 'flow: {permute: {src: 198.18.0.0/19, sport: 1024-1039}}'

/** `line:column code hint-part` of everything that is said. */
function said(source: string): string[] {
  const { profile, diagnostics, locate } = loadProfile(source, { file: 'x' })
  const compiled = profile ? compile(profile).diagnostics.map(one => ({ ...one, ...locate(one.path) })) : []
  return [...diagnostics, ...compiled].map(
    ({ line, column, code, hint }) => `${line}:${column} ${code} ${hint}`,
  )
}

describe('a mistake with values', () => {
  it.each<[string, string, string, string, string, ...string[]]>([
    // what a generator is given
    [flow, 'src: =flow.src', 'src: {weighted: {80: 0, 443: 0}}', '{}', '11:31 bad-weights'],
    [flow, 'src: =flow.src', 'src: {weighted: {80: -1}}', '{}', '11:36 bad-value from 0'],
    [flow, 'src: =flow.src', 'src: {weighted: {99999: 3}}', '{}', '11:32 out-of-range 65535'],
    [flow, 'src: =flow.src', 'src: {weighted: {80: 1, "0x50": 2}}', '{}', '11:39 duplicate-key 80'],
    [flow, 'src: =flow.src', 'src: {weighted: 5}', '{}', '11:31 wrong-type 443'],
    [flow, 'src: =flow.src', 'src: {weighted: {80: 1}, every: 2}', '{}', '11:40 unknown-key values'],
    [flow, 'src: =flow.src', 'src: {zipf: {range: 1-9, exponent: 0}}', '{}', '11:50 out-of-range at most 10'],
    [flow, 'src: =flow.src', 'src: {zipf: {range: 1-9, exponent: x}}', '{}', '11:50 bad-value at most 10'],
    [flow, 'src: =flow.src', 'src: {zipf: {range: 1-9, expnent: 1}}', '{}', '11:40 unknown-key `exponent`'],
    [flow, 'src: =flow.src', 'src: {random: {range: 1-9, not: 0-20}}', '{}', '11:47 empty-set wider'],
    [flow, 'src: =flow.src', 'src: {random: [1-9, 70000]}', '{}', '11:35 out-of-range'],
    [flow, 'src: =flow.src', 'src: {random: []}', '{}', '11:29 out-of-range'],
    // variables
    [
      'flow: {permute: {src: 198.18.0.0/19, sport: any}}',
      '',
      '',
      '{}',
      '3:8 unused-variable =flow',
      '3:52 bad-value range',
    ],
    ['v: {permute: {rnage: 1-5}}', 'id: =v', '', '{}', '3:22 unknown-key `range`'],
    ['v: {permute: {step: 1-5}}', 'id: =v', '', '{}', '3:22 unknown-key'],
    ['v: {permute: {}}', 'id: =v', '', '{}', '3:21 missing-key'],
    ['v: {permute: {a: "2001:db8::/64", b: 1-2}}', 'id: =v', '', '{}', '3:21 range-too-wide two variables'],
    ['v: {randm: 1-5}', 'id: =v', '', '{}', '3:12 unknown-key `random`'],
    [`${flow}, v: {inc: 1-5}`, 'src: =flow.src', '', '{}', '3:65 unused-variable =v'],
    [flow, 'src: =flow.src', '', '{flo: random}', '6:12 unknown-name `flow`'],
    [flow, 'src: =flow.src', '', '{flow: rando}', '6:18 bad-value `random`'],
    ['v: {list: [1, 2]}', 'id: =v', '', '{v: random}', '6:12 not-a-value range'],
    // references
    [flow, 'src: =flow.srcc', '', '{}', '10:21 unknown-part `src`'],
    [flow, 'src: =flow.src', 'src: =flo.sport', '{}', '11:20 unknown-name `flow.sport`'],
    [flow, 'src: =flow.src', 'src: =ipv4.lenght', '{}', '11:20 unknown-name `ipv4.length`'],
    [flow, 'src: =flow.src', 'src: =flow.sport * 256', '{}', '11:20 out-of-range 0 to 65535'],
    [flow, 'src: =flow.src', 'src: =flow.sport - 2000', '{}', '11:20 out-of-range 0 to 65535'],
    [flow, 'src: =flow.src', 'src: =flow.sport *', '{}', '11:20 bad-value =name.part'],
    [flow, 'src: =flow.src + 1.2.3', '', '{}', '10:21 bad-address'],
    [flow, 'src: =flow.src, dst: =src', 'src: =dst, dst: =src', '{}', '11:20 cyclic-reference'],
    [flow, 'src: =flow.src', 'src: =ipv4.checksum', '{}', '11:20 not-a-value'],
    [flow, 'src: =flow.src', 'src: =length', '{}', '11:20 not-a-value'],
    [flow, 'src: =flow.src', 'src: {hash: dst}', '{}', '11:20 not-a-value varies'],
    [flow, 'src: =flow.src', 'src: {hash: 5}', '{}', '11:27 bad-value name'],
    [flow, 'src: =flow.src', 'src: {hash: flow, rnge: 1-5}', '{}', '11:33 unknown-key `range`'],
  ])('%s | %s | %s | %s', (vars, ipv4, udp, pick, ...expected) => {
    const found = said(text(vars, ipv4, udp, pick))
    expect(found.map(one => one.split(' ').slice(0, 2).join(' '))).toEqual(
      expected.map(one => one.split(' ').slice(0, 2).join(' ')),
    )
    for (const [i, one] of expected.entries()) expect(found[i]).toContain(one.split(' ').slice(2).join(' '))
  })
})

describe('a profile with variables', () => {
  const vars = [
    flow,
    'ue: {zipf: {range: [0-9, 20], exponent: 1.5, every: 3}}',
    'one: 10.0.0.1',
    'mix: {weighted: {values: {10.0.0.1: 3, 10.0.0.2: 1}, every: 2}}',
    'ips: {list: ["2001:db8::1", "2001:db8::2"]}',
    'all: {random: 0.0.0.0/0}',
  ].join(', ')
  const ipv4 = 'src: =flow.src, dst: =one, id: =ue * 256 + 7, ttl: {weighted: {1: 2, 9: 3}}'
  const udp =
    'src: {hash: all, range: 5-9}, dst: =mix - 10.0.0.0, checksum: {random: [1-5, 9]}, length: {hash: ips}'
  const source = text(
    vars,
    ipv4,
    udp.replace('- 10.0.0.0', '- 167772160'),
    '{flow: {zipf: 1.1}, ue: {inc: {step: 2}}}',
  )
  const { profile, diagnostics, origin } = loadProfile(source, { file: 'x' })

  it('is written as it can be read again', () => {
    expect(diagnostics).toEqual([])
    const again = loadProfile(stringify(profileDocument(profile!)), { file: 'again' })
    expect(again.diagnostics).toEqual([])
    expect(again.profile).toEqual(profile)
  })

  it('is valid for an editor, as written and as resolved', () => {
    const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false })
    const validate = ajv.compile(profileJsonSchema())
    for (const document of [parse(source), profileDocument(profile!)])
      expect(validate(document), ajv.errorsText(validate.errors)).toBe(true)
  })

  it('can be given back as --set, value by value', () => {
    const rows = resolvedRows(profile!, origin).filter(row =>
      /vars|pick|flow|hash|weighted/.test(row.path + row.value),
    )
    expect(rows.length).toBe(12)
    const set = rows.map(({ path, value }) => `${path}=${value}`)
    const again = loadProfile(source, { file: 'x', set })
    expect(again.diagnostics).toEqual([])
    expect(again.profile).toEqual(profile)
  })
})
