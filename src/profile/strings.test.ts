import { describe, expect, it } from 'vitest'
import { compile } from '../templates/compile.js'
import { loadProfile } from './load.js'

/** Of one stream with these layers, each in a line of its own from line 7 on. */
function found(layer: string, vars = '{}'): string[] {
  const text = `version: 1
name: t
vars: ${vars}
streams:
  - name: s
    frame: 128B
    layers: [{ethernet: {}}, {ipv4: {}}, {udp: {src: =1 + 1}},
      ${layer}]
`.replace('{src: =1 + 1}', '{}')
  const { profile, diagnostics } = loadProfile(text, { file: 't' })
  const compiled = profile ? compile(profile).diagnostics : []
  return [
    ...diagnostics.map(
      ({ line, column, code, message, hint }) => `${line}:${column} ${code} ${message}; ${hint}`,
    ),
    ...compiled
      .filter(({ severity }) => severity === 'error')
      .map(({ path, code }) => `${path.join('.')} ${code}`),
  ]
}

const name = (value: string) => `{dns: {questions: [{name: ${value}}]}}`

/** Where, what, and a word of the message or the hint. */
const mistakes: readonly [layer: string, where: string, words?: string][] = [
  [name('{text: "{x}.test"}'), '8:', 'is nothing that varies'],
  [name('{text: "{x.test", x: {random: letters, length: 1}}'), '8:', 'stands alone'],
  [name('{text: "{x}{x}", x: {random: letters, length: 1}}'), '8:', 'stands here twice'],
  [name('{text: "{x}", x: {random: leters, length: 1}}'), '8:', 'did you mean `letters`?'],
  [name('{text: "{x}", x: {random: letters}}'), '8:', 'how long is it?'],
  [name('{text: "{x}", x: {random: letters, length: 9-8}}'), '8:', 'runs backwards'],
  [name('{text: "{x}", x: {random: letters, length: {lst: [8]}}}'), '8:', 'not lengths'],
  [name('{text: "{x}", x: {random: letters, lenght: 8}}'), '8:', 'did you mean `length`?'],
  [name('{text: "{x}", x: {random: letters, length: 64}}'), '8:', 'longer than 63'],
  [name('{text: "a.{x}.b", x: {random: letters, length: 0-4}}'), '8:', 'empty'],
  [name('{text: "{x}", x: {random: bytes, length: 4}}'), '8:', 'base32'],
  [name('{text: "{x}", x: {inc: 1-9}}'), '8:', 'count from 0'],
  [name('{text: "{x}", x: {inc: 0-99, digits: 1}}'), '8:', 'has 2 digits'],
  [name('{text: "{x}", x: {inc: 0-99, base: oct}}'), '8:', '`hex`'],
  [name('{text: "{x}", x: {number: =ue}}'), '8:', 'digits: 6'],
  [name('{text: "{x}", x: {incr: 0-9}}'), '8:', 'did you mean `inc`?'],
  [name('{text: "{x}", x: 5}'), '8:', 'must be a map'],
  [name('{text: 5}'), '8:', 'in quotes'],
  [name('{txt: "a"}'), '8:', 'no text that varies'],
  ['{quic: {dcid: {bytes: "0{x}", x: {random: bytes, length: 1}}}}', '8:', 'two digits a byte'],
  ['{quic: {dcid: {bits: [{7: 1}]}}}', '8:', 'not whole bytes'],
  ['{quic: {version: {bits: [{7: 1}]}}}', 'streams.0.layers.3.quic.version.bits bad-parts'],
  ['{quic: {version: {bits: [{33: 1}]}}}', '8:', 'not 32'],
  ['{quic: {version: {bits: []}}}', '8:', 'list of parts'],
  ['{quic: {version: {bits: [{a: 1, b: 2}]}}}', '8:', 'not a key here'],
  ['{quic: {version: {bits: [{0: 1}, {32: 0}]}}}', '8:', '1 to 128'],
  ['{quic: {version: {bits: [{16: 70000}, {16: 0}]}}}', '8:', '16 bits'],
  [
    '{quic: {version: {bits: [{name: a, bits: 16, value: 1}, {name: a, bits: 16, value: 1}]}}}',
    '8:',
    'two parts',
  ],
  ['{quic: {version: {bits: [{name: 1a, bits: 32, value: 1}]}}}', '8:', 'not a name'],
  ['{payload: {random: letrs}}', '8:', 'letters'],
  ['{payload: {random: letters, size: 4}}', '8:', 'not a key here'],
  ['{payload: {random: letters, length: 100}}', 'streams.0.layers.3.payload frame-too-short'],
  ['{quic: {version: {bits: [{1: 0}, {31: {random: any}}]}, dcid: {bits: [{4: 1}, {60: {inc: any}}]}}}', ''],
  [
    '{quic: {dcid: {bits: [{4: 1}, {64: {random: any}}, {60: 1}]}}}',
    'streams.0.layers.3.quic.dcid.bits.1 range-too-wide',
  ],
  [
    '{quic: {token: {bits: [{32: =dcid}]}, dcid: {bits: [{32: {random: any}}, {32: 1}]}}}',
    'streams.0.layers.3.quic.token.bits.0 not-a-value',
  ],
]

describe('a mistake in a text or in a part', () => {
  it.each(mistakes)('%s', (layer, where, words = '') => {
    const all = found(layer).filter(text => !text.includes('unused-variable'))
    if (where === '') return expect(all).toEqual([])
    expect(all.length).toBeGreaterThan(0)
    expect(all[0]).toContain(where)
    expect(all[0]).toContain(words)
  })

  it.each([
    ['{ue: {random: 5-9}}', 'not-a-value'],
    ['{ue: {random: 0-1000}}', 'out-of-range'],
    ['{ve: {random: 0-1}}', 'unknown-name'],
  ])('is told once for all digits: %s', (vars, code) => {
    const all = found(name('{text: "{x}", x: {number: =ue, digits: 2}}'), vars)
    expect(all.filter(text => text.includes(code))).toEqual([
      `streams.0.layers.3.dns.questions.0.name.x ${code}`,
    ])
  })
})
