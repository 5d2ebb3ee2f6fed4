import { describe, expect, it } from 'vitest'
import { loadProfile } from './load.js'
import type { Load } from './model.js'

/** Line 3 is for the profile, line 5 for the first stream, line 7 for the second, which is like it. */
const text = (top: string, first = '', second = '') =>
  [
    'version: 1',
    'name: x',
    top,
    'streams:',
    `  - {name: fill, frame: 64B, layers: [ipv4: {ttl: 4}, udp: {dst: 9}]${first && `, ${first}`}}`,
    '  -',
    `    {name: hold, like: fill${second && `, ${second}`}}`,
  ].join('\n')

const load = (top = '', first = '', second = '') => loadProfile(text(top, first, second), { file: 'x' })
const streams = (...parts: string[]) => {
  const { profile, diagnostics } = load(...parts)
  expect(diagnostics).toEqual([])
  return profile!.streams
}

/** What stands on lines 3, 5 and 7, and `line:column-endColumn code hint-part`. */
const cases: [top: string, first: string, second: string, ...expected: string[]][] = [
  ['', 'rate: {rmp: 5}', '', '5:78-81 unknown-key `ramp`'],
  ['', 'rate: {}', '', '5:77-79 one-key ramp, poisson, burst'],
  ['', 'rate: {poisson: 1pps, ramp: 1}', '', '5:93-97 one-key poisson, ramp'],
  ['', 'rate: {poisson: line}', '', '5:87-91 bad-value `100%`'],
  ['', 'rate: {poisson: 5}', '', '5:87-88 bad-unit 5pps'],
  ['', 'rate: {ramp: 5}', '', '5:84-85 wrong-type'],
  ['', 'rate: {ramp: {from: 1pps, to: 2pps}}', '', '5:84-106 missing-key'],
  ['', 'rate: {ramp: {from: 1pps, to: 0pps, over: 1s}}', '', '5:101-105 out-of-range'],
  ['', 'rate: {ramp: {from: 1pps, to: 1Gbps, over: 1s}}', '', '5:101-106 bad-unit 10kpps'],
  ['', 'rate: {ramp: {from: 1pps, to: 2pps, over: 0s}}', '', '5:113-115 out-of-range'],
  ['', 'rate: {ramp: {from: 1pps, to: 2pps, ovr: 1s}}', '', '5:107-110 unknown-key `over`'],
  ['', 'rate: {burst: {frames: 0, rate: 1pps}}', '', '5:94-95 out-of-range'],
  ['', 'rate: {burst: {frames: 4}}', '', '5:85-96 missing-key'],
  ['', 'rate: {burst: {frames: 4, rate: 1pps, every: 1ms}}', '', '5:109-114 one-key rate, every'],
  ['', 'rate: {burst: {frames: 4, every: 0s}}', '', '5:104-106 out-of-range'],
  ['', 'share: 0.8', '', '5:78-81 bad-unit `0.8%`'],
  ['', 'share: 120%', '', '5:78-82 out-of-range 100%'],
  ['', 'share: 60%', 'share: 50%', '7:37-40 shares-exceed 100%'],
  ['', 'share: 60%, rate: line', '', '5:71-76 one-key remove', '5:78-81 shares-exceed 100%'],
  ['rate: 1Mpps', 'share: 100%', 'share:', '7:5-37 no-share-left `rate`'],
  ['rate: 1Mpps', 'rate: 1pps', '', '3:1-5 unused-rate'],
  ['rate: fast', '', '', '3:7-11 bad-value'],
  ['mix: {run_length: 0}', '', '', '3:19-20 out-of-range'],
  ['mix: {run_length: 100000}', '', '', '3:19-25 out-of-range 65536'],
  ['mix: {runlength: 4}', '', '', '3:7-16 unknown-key `run_length`'],
  ['mix: 4', '', '', '3:6-7 wrong-type'],
  ['', 'start: 2', '', '5:78-79 bad-unit `2s`'],
  ['', 'for: 0s', '', '5:76-78 out-of-range'],
  ['', 'count: 5', 'after: fil', '7:37-40 unknown-stream `fill`'],
  ['', 'count: 5', 'after: [fill, hodl]', '7:44-48 unknown-stream fill'],
  ['', 'count: 5', 'after: []', '7:37-39 out-of-range'],
  ['', 'count: 5', 'after: [5]', '7:38-39 unknown-stream'],
  ['', 'after: fill, count: 5', 'after: fill', '5:78-82 after-cycle by itself'],
  ['', 'after: hold', 'after: fill', '5:78-82 after-cycle by itself'],
  ['', 'like: hold', '', '7:24-28 like-cycle'],
  ['', 'like: hodl', '', '5:77-81 unknown-stream `hold`'],
  ['', 'like: [hold]', '', '5:77-83 wrong-type like: fill'],
  ['', 'set: {rate: line}', '', '5:71-74 bad-set'],
  ['', '', 'set: {udp.dts: 5}', '7:36-43 unknown-key dst'],
  ['', '', 'set: {udp.dst: 70000}', '7:45-50 out-of-range'],
  ['', '', 'set: {tcp.dst: 5}', '7:36-43 bad-set ipv4, udp'],
  ['', '', 'set: {frame.x: 5}', '7:36-43 bad-set'],
  ['', '', 'set: {rat: line}', '7:36-39 unknown-key `rate`'],
  ['', '', 'set: 5', '7:35-36 wrong-type'],
  ['', 'count: 0', '', '5:78-79 out-of-range'],
  ['matrix: {sed: [1]}', '', '', '3:10-13 unknown-key `seed`'],
  ['matrix: {seed: [1, x]}', '', '', ''],
  ['matrix: {seed: [x, 1]}', '', '', '3:17-18 bad-value'],
  ['matrix: {seed: []}', '', '', '3:16-18 out-of-range'],
  ['matrix: {seed: 1}', '', '', '3:16-17 wrong-type'],
  ['matrix: [1]', '', '', '3:9-12 wrong-type'],
  ['matrix: {streams.fil.frame: [64B]}', '', '', '3:10-27 bad-matrix `fill`'],
  ['matrix: {streams.fill.frame: [6B]}', '', '', '3:31-33 out-of-range 64B'],
  ['matrix: {streams.hold.layers.udp.dst: [70000]}', '', '', '3:40-45 out-of-range'],
  [`matrix: {seed: [${'1, '.repeat(1001)}]}`, '', '', '3:10-14 matrix-too-large 1000'],
]

describe('a mistake in when and how fast', () => {
  it.each(cases)('%s | %s | %s', (top, first, second, ...expected) => {
    const { diagnostics } = load(top, first, second)
    const found = diagnostics.map(
      ({ line, column, endColumn, code }) => `${line}:${column}-${endColumn} ${code}`,
    )
    const wanted = expected.filter(line => line !== '')
    expect(found).toEqual(wanted.map(line => line.split(' ').slice(0, 2).join(' ')))
    for (const [i, line] of wanted.entries())
      expect(`${diagnostics[i]!.hint}`).toContain(line.split(' ').slice(2).join(' '))
  })

  it('is found in the other combinations of a matrix, too', () => {
    const options = { file: 'x', pick: 1 }
    const { diagnostics } = loadProfile(text('matrix: {seed: [1, x]}'), options)
    expect(diagnostics).toMatchObject([{ code: 'bad-value', line: 3, column: 20 }])
  })
})

describe('a rate', () => {
  const pps = (value: number) => ({ kind: 'pps', pps: value }) as const
  it.each<[string, Load]>([
    [
      '{ramp: {from: 0pps, to: 1Mpps, over: 60s}}',
      { kind: 'ramp', from: pps(0), to: pps(1e6), overNs: 60e9 },
    ],
    ['{poisson: 100kpps}', { kind: 'poisson', rate: pps(1e5) }],
    ['{burst: {frames: 64, rate: 1kpps}}', { kind: 'burst', frames: 64, rate: pps(1000) }],
    ['{burst: {frames: 4k, every: 1ms}}', { kind: 'burst', frames: 4000, everyNs: 1e6 }],
  ])('%s has a shape', (rate, load) => expect(streams('', `rate: ${rate}`)[0]!.rate).toEqual(load))
})

describe('shares', () => {
  it('divide the total, what is left in equal parts', () => {
    expect(streams('rate: 1Mpps', 'share: 80%', 'share:')).toMatchObject([
      { rate: { kind: 'pps', pps: 1e6 }, share: 80 },
      { rate: { kind: 'pps', pps: 1e6 }, share: 20 },
    ])
    expect(streams('rate: 1Mpps').map(({ share }) => share)).toEqual([50, 50])
  })

  it('are of the line where no total is given, and none where nobody has one', () => {
    expect(streams('', 'share: 30%', 'rate: 5pps')).toMatchObject([
      { rate: { kind: 'line' }, share: 30 },
      { rate: { kind: 'pps', pps: 5 } },
    ])
    expect(streams().map(({ share }) => share)).toEqual([undefined, undefined])
  })
})

describe('a stream that is like another', () => {
  it('takes over what it does not give itself, and changes of it', () => {
    const [fill, hold] = streams('', 'rate: 1kpps, count: 5', 'after: fill, set: {udp.dst: 443, count: 7}')
    expect(hold).toMatchObject({ frame: fill!.frame, rate: fill!.rate, count: 7, after: ['fill'] })
    expect(hold!.layers).toMatchObject([
      { name: 'ipv4', fields: { ttl: { value: 4n } } },
      { name: 'udp', fields: { dst: { value: 443n } } },
    ])
    expect(fill!.layers[1]!.fields.dst).toMatchObject({ value: 9n })
  })

  it('drops what it gives no value', () => {
    expect(streams('', 'count: 5', 'count:')[1]).not.toHaveProperty('count')
  })

  it('has the rate or the share that it gives itself', () => {
    expect(streams('', 'share: 30%', 'rate: 5pps')[1]).not.toHaveProperty('share')
    expect(streams('', 'rate: 5pps', 'set: {share: 30%}')[1]).toMatchObject({ share: 30 })
  })

  it('may itself be copied, in any order', () => {
    const chain = `version: 1
name: x
streams:
  - {name: c, like: b, set: {ipv4.ttl: 7}}
  - {name: b, like: a, frame: 128B}
  - {name: a, frame: 64B, layers: [ipv4: {ttl: 4}, udp: ]}`
    const { profile, diagnostics } = loadProfile(chain, { file: 'x' })
    expect(diagnostics).toEqual([])
    expect(profile!.streams.map(({ frame }) => frame)).toMatchObject(
      [128, 128, 64].map(frameBytes => ({ frameBytes })),
    )
    expect(profile!.streams.map(({ layers }) => layers[0]!.fields.ttl)).toMatchObject(
      [7n, 4n, 4n].map(value => ({ value })),
    )
  })

  it('repeats no mistake', () => {
    const { diagnostics } = load('', 'rate: 5x')
    expect(diagnostics).toMatchObject([{ line: 5, column: 77 }])
  })

  it('obeys --set of what it takes over, and follows --set of the other', () => {
    const options = (set: string[]) => ({ file: 'x', set })
    const own = loadProfile(text(''), options(['streams.hold.layers.udp.dst=53', 'streams.fill.frame=128B']))
    expect(own.profile!.streams).toMatchObject([
      { frame: { frameBytes: 128 }, layers: [{}, { fields: { dst: { value: 9n } } }] },
      { frame: { frameBytes: 128 }, layers: [{}, { fields: { dst: { value: 53n } } }] },
    ])
    expect(own.origin(['streams', 1, 'frame'])).toBe('--set')
    const wrong = loadProfile(text(''), options(['streams.fill.frame=1B']))
    expect(wrong.diagnostics).toMatchObject([{ setting: 'streams.fill.frame=1B', column: 20, endColumn: 22 }])
  })
})

describe('a matrix', () => {
  const combine = (pick: number, set: string[] = []) =>
    loadProfile(text('matrix: {streams.hold.frame: [64B, {imix: {64B: 1}}], seed: [7, 8, 9]}'), {
      file: 'x',
      pick,
      set,
    })

  it('has every combination, the last key varying fastest', () => {
    expect(combine(0).combinations).toBe(6)
    expect([0, 1, 5].map(pick => combine(pick).values)).toEqual([
      { 'streams.hold.frame': '64B', seed: '7' },
      { 'streams.hold.frame': '64B', seed: '8' },
      { 'streams.hold.frame': '{ imix: { 64B: 1 } }', seed: '9' },
    ])
    expect(combine(5).profile).toMatchObject({ seed: 9, streams: [{}, { frame: { kind: 'imix' } }] })
    expect(combine(0).diagnostics).toEqual([])
  })

  it('gives way to --set, which may also change it', () => {
    expect(combine(5, ['seed=3']).profile!.seed).toBe(3)
    expect(combine(1, ['matrix={seed: [4, 5]}'])).toMatchObject({ combinations: 2, profile: { seed: 5 } })
    expect(combine(0, ['matrix.seed=[x]']).diagnostics).toMatchObject([
      { setting: 'matrix.seed=[x]', column: 14 },
    ])
  })

  it('is gone without one', () => expect(load()).toMatchObject({ combinations: 1, values: {} }))
})
