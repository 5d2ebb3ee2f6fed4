import { describe, expect, it } from 'vitest'
import { compile } from '../templates/compile.js'
import { loadProfile } from './load.js'
import { resolvedRows } from './resolved.js'
import { formatRows } from './resolved-row.js'

const text = (layers: string) =>
  `version: 1\nname: t\nstreams:\n  - name: s\n    frame: 200B\n    layers:\n      - ethernet:\n${layers}`
const load = (layers: string) => loadProfile(text(layers), { file: 't' })
const onIp = (layer: string) => `      - ipv4:\n      - ${layer}\n`
const optionsOf = (options: string) =>
  load(onIp(`tcp: {options: ${options}}`)).profile?.streams[0]?.layers[2]?.lists?.options

describe('a list of options', () => {
  it('takes names, short values, maps and generators', () => {
    const random = { kind: 'random', low: 0n, high: 65535n, every: 1n }
    expect(optionsOf('[{mss: 1460}, sackok, {mss: {random: any}}, {mss: {value: 9}}, {nop: }]')).toEqual([
      { name: 'mss', fields: { value: { kind: 'literal', value: 1460n } } },
      { name: 'sackok', fields: {} },
      { name: 'mss', fields: { value: random } },
      { name: 'mss', fields: { value: { kind: 'literal', value: 9n } } },
      { name: 'nop', fields: {} },
    ])
  })

  it('may hold lists of its own', () =>
    expect(optionsOf('[{sack: {blocks: [{left: 1}]}}]')).toMatchObject([
      { name: 'sack', lists: { blocks: [{ name: '', fields: { left: { value: 1n } } }] } },
    ]))

  it.each([
    ['tcp: {options: [{mms: 1460}]}', 'unknown-key', 9, 26, 'did you mean `mss`?'],
    ['tcp: {options: [sackko]}', 'unknown-key', 9, 25, 'did you mean `sackok`?'],
    ['tcp: {options: [{ts: {valeu: 1}}]}', 'unknown-key', 9, 31, 'did you mean `value`?'],
    ['tcp: {options: [{mss: 65536}]}', 'out-of-range', 9, 31, '0 to 65535'],
    ['tcp: {options: [7]}', 'wrong-type', 9, 25, undefined],
    ['tcp: {options: {mss: 1}}', 'wrong-type', 9, 24, 'write `options: [...]`'],
    ['tcp: {checksum: vaild}', 'bad-value', 9, 25, 'did you mean `valid`?'],
    ['tcp: {options: [{fastopen: abc}]}', 'bad-value', 9, 36, 'two digits a byte: `dead beef`'],
    [
      'tcp: {options: [{fastopen: 0011}]}',
      'wrong-type',
      9,
      36,
      'put it in quotes: YAML reads digits as a number',
    ],
    ['tcp: {opts: []}', 'unknown-key', 9, 15, undefined],
  ])('%s: %s', (layer, code, line, column, hint) => {
    const [first, ...others] = load(onIp(layer)).diagnostics
    expect(others).toEqual([])
    expect(first).toMatchObject({ code, line, column, ...(hint && { hint }) })
  })

  it.each([
    ['icmpv6: {target: "2001:2::1"}', 'icmpv6 has it with `type: ns` or `type: na`'],
    ['icmpv6: {type: ns, seq: 1}', 'icmpv6 has it with any other type'],
    ['icmpv6: {options: [source_link]}', 'icmpv6 has it with `type: rs`, `ra`, `ns` or `na`'],
  ])('%s has no place for it', (layer, hint) => {
    const { profile } = load(`      - ipv6:\n      - ${layer}\n`)
    expect(compile(profile!).diagnostics).toMatchObject([{ code: 'field-not-here', hint }])
  })

  it('is too long when its header cannot say so', () => {
    const { profile } = load(onIp(`tcp: {options: [${Array(11).fill('{mss: 1}').join(', ')}]}`))
    expect(compile(profile!).diagnostics).toMatchObject([
      { code: 'header-too-long', message: 'tcp.header_length cannot say 16 in 4 bits' },
    ])
  })

  it('is resolved item by item', () => {
    const { profile, origin } = load(onIp('tcp: {checksum: bad, options: [{mss: 1460}, {ts: {value: 7}}]}'))
    const rows = formatRows(resolvedRows(profile!, origin))
    expect(rows).toMatch(/layers\.tcp\.options\.mss\.value +1460 +profile/)
    expect(rows).toMatch(/layers\.tcp\.options\.mss\.kind +2 +computed/)
    expect(rows).toMatch(/layers\.tcp\.options\.ts\.value +7 +profile/)
    expect(rows).toMatch(/layers\.tcp\.checksum +bad +profile/)
  })
})
