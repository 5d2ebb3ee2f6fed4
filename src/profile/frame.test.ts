import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadProfile } from './load.js'
import { profileDocument } from './write.js'

const load = (frame: string) => {
  const text = `version: 1\nname: x\nstreams:\n  - name: s\n    frame: ${frame}\n    layers: [ethernet: {}, ipv4: {}, udp: {}]\n`
  return loadProfile(text, { file: 'x.yaml' })
}

const weights = (...sizes: [number, number][]) =>
  sizes.map(([frameBytes, weight]) => ({ frameBytes, weight }))

describe('a frame', () => {
  it.each<[string, object]>([
    ['64B', { kind: 'fixed', frameBytes: 64 }],
    ['{size: 40B, of: ipv4}', { kind: 'fixed', frameBytes: 40, of: 'ipv4' }],
    ['{imix: {1518B: 1, 64B: 7}}', { kind: 'imix', sizes: weights([1518, 1], [64, 7]) }],
    ['{imix: simple}', { kind: 'imix', sizes: weights([64, 7], [570, 4], [1518, 1]) }],
    ['{list: [64B, 128, 64B]}', { kind: 'list', frameBytes: [64, 128, 64] }],
    ['{weighted: {64B: 70k, 1.5kB: 1}}', { kind: 'weighted', sizes: weights([64, 70_000], [1500, 1]) }],
    ['{random: 64B-1518B}', { kind: 'random', low: 64, high: 1518, step: 1 }],
    ['{inc: {range: 64 - 256, step: 64B}}', { kind: 'inc', low: 64, high: 256, step: 64 }],
    ['{random: 0B-100B, of: payload}', { kind: 'random', low: 0, high: 100, step: 1, of: 'payload' }],
    // RFC 6985 section 3: its own sizes, and those that the tester says.
    ['{genome: aaafg}', { kind: 'list', frameBytes: [64, 64, 64, 1280, 1518] }],
    ['{genome: bcdehi}', { kind: 'list', frameBytes: [128, 256, 512, 1024, 2112, 9000] }],
    ['{genome: {sequence: aAz, sizes: {A: 300B, z: 4000B}}}', { kind: 'list', frameBytes: [64, 300, 4000] }],
  ])('%s', (text, spec) => {
    const { profile, diagnostics } = load(text)
    expect(diagnostics).toEqual([])
    expect(profile!.streams[0]!.frame).toEqual(spec)
    const again = loadProfile(stringify(profileDocument(profile!)), { file: 'again' })
    expect(again.profile).toEqual(profile)
  })

  it.each([
    ['{}', '5:12-14 one-key size, imix'],
    ['{of: ipv4}', '5:12-22 one-key size'],
    ['{list: [64B], inc: 64B-65B}', '5:26-29 one-key'],
    ['{randm: 64B-65B}', '5:13-18 unknown-key `random`'],
    ['{imix: complex}', '5:19-26 bad-value simple, or'],
    ['{imix: {64B: 65537}}', '5:19-31 out-of-range weighted'],
    ['{weighted: {}}', '5:23-25 wrong-type'],
    ['{weighted: {64: 1}}', '5:24-26 bad-unit `64B`'],
    ['{list: 64B}', '5:19-22 wrong-type {list: ['],
    ['{list: []}', '5:19-21 out-of-range'],
    ['{list: [64B, 10B]}', '5:25-28 out-of-range `64B`'],
    ['{random: 64B}', '5:21-24 bad-value `64B-1518B`'],
    ['{random: 1518B-64B}', '5:21-30 reversed-range `64B-1518B`'],
    ['{random: 64B-9300B}', '5:21-30 out-of-range'],
    ['{inc: 64B-65B, step: 2}', '5:27-31 unknown-key {inc: {range: ..., step: ...}}'],
    ['{inc: {range: 64B-65B, step: 0}}', '5:41-42 out-of-range'],
    ['{inc: {step: 2}}', '5:18-27 missing-key'],
    ['{genome: aaax}', '5:21-25 bad-value a 64B, b 128B'],
    ['{genome: a5}', '5:21-23 bad-value `aaafg`'],
    ['{genome: aj}', '5:21-23 out-of-range'],
    ['{genome: aaz}', '5:21-24 bad-value sizes: {z: 1500B}'],
    ['{genome: aA, sizes: {A: 64B}}', '5:25-30 unknown-key {genome: {sequence: ..., sizes: ...}}'],
    ['{genome: {sequence: aA, sizes: {b: 64B}}}', '5:44-45 unknown-key'],
    ['{size: 64B, of: [ipv4]}', '5:28-34 wrong-type'],
    ['{size: 64B, of: the inner one}', '5:28-41 bad-value `ipv4.2`'],
  ])('that is wrong, %s, is told where and what to do', (text, expected) => {
    const { diagnostics } = load(text)
    const [where, code, ...hint] = expected.split(' ')
    expect(diagnostics).toHaveLength(1)
    const [{ line, column, endColumn, ...found }] = diagnostics as [(typeof diagnostics)[0]]
    expect([`${line}:${column}-${endColumn}`, found.code]).toEqual([where, code])
    expect(found.hint ?? '').toContain(hint.join(' '))
  })
})
