import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadProfile } from './load.js'
import { resolvedRows } from './resolved.js'
import { formatRows } from './resolved-row.js'
import { profileDocument } from './write.js'

/** Line 5 is the frame, line 6 what is tested. */
const text = (fragment: string, frame = '3000B') =>
  [
    'version: 1',
    'name: x',
    'streams:',
    '  - name: cut',
    `    frame: ${frame}`,
    `    fragment: ${fragment}`,
    '    layers: [ipv4: {}, udp: {}]',
  ].join('\n')

const load = (fragment: string, frame?: string) => loadProfile(text(fragment, frame), { file: 'x' })

/** `line:column-endColumn code hint-part`. */
const cases: [fragment: string, frame: string, ...expected: string[]][] = [
  ['{}', '3000B', '6:15-17 missing-key Longest'],
  ['1500', '3000B', '6:15-19 wrong-type'],
  ['{mtu: 67}', '3000B', '6:21-23 out-of-range 68'],
  ['{mtu: 9199}', '3000B', '6:21-25 out-of-range 9198'],
  ['{mtu: 1500B}', '3000B', '6:21-26 bad-unit'],
  ['{mtu: [1500]}', '3000B', '6:21-27 wrong-type'],
  ['{mtu: {1500: 1}}', '3000B', '6:22-26 unknown-key weighted'],
  ['{mtu: {weighted: 1500}}', '3000B', '6:32-36 wrong-type'],
  ['{mtu: {weighted: {}}}', '3000B', '6:32-34 wrong-type'],
  ['{mtu: {weighted: {60: 1, 1500: 0}}}', '3000B', '6:33-35 out-of-range 68', '6:46-47 out-of-range'],
  ['{mtu: 1500, order: revers}', '3000B', '6:34-40 bad-value `reverse`'],
  ['{mtu: 1500, order: {weighted: {shuffel: 1}}}', '3000B', '6:46-53 bad-value `shuffle`'],
  ['{mtu: 1500, fault: {weighted: {none: 3, overlaps: 1}}}', '3000B', '6:55-63 bad-value `overlap`'],
  ['{mtu: 1500, fault: {weights: {none: 3}}}', '3000B', '6:35-42 unknown-key `weighted`'],
  ['{mtu: 1500, interleave: 0}', '3000B', '6:39-40 out-of-range 1 to 4096'],
  ['{mtu: 1500, interleave: 4097}', '3000B', '6:39-43 out-of-range 4096'],
  ['{mtu: 1500, interleaf: 3}', '3000B', '6:27-36 unknown-key `interleave`'],
  ['{mtu: 1500}', '65.7kB', '5:12-18 out-of-range'],
  ['{mtu: 1500}', '{imix: {3000B: 1, 65.7kB: 1}}', '5:30-36 out-of-range'],
  ['', '9217B', '5:12-17 out-of-range `fragment: {mtu: 1500}`'],
  ['', '{imix: {64B: 1, 9217B: 1}}', '5:28-33 out-of-range `fragment'],
]

describe('a fragment block', () => {
  it.each(cases)('%s of frames of %s: %s', (fragment, frame, ...expected) => {
    const { diagnostics } = loadProfile(
      text(fragment, frame).replace(/^ {4}fragment: \n/m, '    signature: true\n'),
      { file: 'x' },
    )
    const found = diagnostics.map(d => `${d.line}:${d.column}-${d.endColumn} ${d.code}`)
    expect(found).toEqual(expected.map(words => words.split(' ').slice(0, 2).join(' ')))
    for (const [i, words] of expected.entries())
      expect(`${diagnostics[i]!.hint}`).toContain(words.split(' ').slice(2).join(' '))
  })

  it('has defaults for all but the MTU', () => {
    const { profile } = load('{mtu: 1500}', '65553B')
    expect(profile!.streams[0]!.fragment).toEqual({
      mtu: [{ value: 1500, weight: 1 }],
      order: [{ value: 'forward', weight: 1 }],
      fault: [{ value: 'none', weight: 1 }],
      interleave: 1,
    })
  })

  it('means the same in any order of its weights, and as it is written back', () => {
    const given =
      '{mtu: {weighted: {1500: 6, 68: 1}}, order: reverse, fault: {weighted: {overlap: 1, none: 9}}}'
    const { profile, origin } = load(given)
    const other =
      '{mtu: {weighted: {68: 1, 1500: 6}}, order: reverse, fault: {weighted: {none: 9, overlap: 1}}}'
    expect(load(other).profile).toEqual(profile)
    expect(loadProfile(stringify(profileDocument(profile!)), { file: 'x' }).profile).toEqual(profile)
    expect(formatRows(resolvedRows(profile!, origin))).toMatch(
      /fragment.fault +\{weighted: \{none: 9, overlap: 1\}\} +profile\n.*fragment.interleave +1 +default/,
    )
  })

  it('can be changed by its parts', () => {
    const set = ['streams.cut.fragment.mtu=576', 'streams.cut.fragment.interleave=8']
    const { profile } = loadProfile(text('{mtu: 1500}'), { file: 'x', set })
    expect(profile!.streams[0]!.fragment).toMatchObject({ mtu: [{ value: 576 }], interleave: 8 })
  })
})
