import { describe, expect, it } from 'vitest'
import { loadProfile } from './load.js'

const text = `version: 1
name: test
ports: {a: "loop:lab"}
streams:
  - name: udp
    frame: 64B
    layers:
      - ipv4: {ttl: 4}
      - udp:
`

const load = (...set: string[]) => loadProfile(text, { file: 'test.yaml', set })

describe('--set', () => {
  it.each([
    ['seed=7', { seed: 7 }],
    ['safety.lab=true', { safety: { lab: true } }],
    ['ports.a.queues=4', { ports: [{ uri: 'loop:lab', txQueues: 4, rxQueues: 4 }] }],
    ['streams.udp.rate=1Mpps', { streams: [{ rate: { kind: 'pps', pps: 1e6 } }] }],
    ['streams.0.rate=5%', { streams: [{ rate: { kind: 'percent', percent: 5 } }] }],
    ['streams.udp.layers.ipv4.ttl=9', { streams: [{ layers: [{ fields: { ttl: { value: 9n } } }, {}] }] }],
    ['streams.0.layers.0.ipv4.ttl=9', { streams: [{ layers: [{ fields: { ttl: { value: 9n } } }, {}] }] }],
    [
      'streams.udp.layers.udp.src={inc: 1-2}',
      { streams: [{ layers: [{}, { fields: { src: { kind: 'inc' } } }] }] },
    ],
  ])('%s', (argument, expected) => {
    const { profile, diagnostics } = load(argument)
    expect(diagnostics).toEqual([])
    expect(profile).toMatchObject(expected)
  })

  it.each([
    ['seed=x', 'bad-value', 6, 7],
    ['seed=', 'wrong-type', 1, 6],
    ['sed=7', 'unknown-key', 1, 4],
    ['saftey.lab=true', 'unknown-key', 1, 11],
    ['streams.udp.layers.ipv4.ttl=300', 'out-of-range', 29, 32],
    ['streams.udp.layers.ipv4.src={randm: any}', 'unknown-key', 30, 35],
    ['streams.upd.rate=line', 'bad-set', 1, 17],
    ['name.first=x', 'bad-set', 1, 11],
    ['ports.a.queues={tx: 2', 'bad-set', 22, 23],
    ['seed', 'bad-set', 1, 5],
  ])('%s is an error of the argument', (argument, code, column, endColumn) => {
    const { diagnostics, profile } = load(argument)
    expect(profile).toBeUndefined()
    expect(diagnostics).toMatchObject([{ code, setting: argument, line: 1, column, endColumn }])
  })

  it('tells who gave a value', () => {
    const { origin } = load('streams.udp.rate=1Mpps')
    expect(origin(['streams', 0, 'rate'])).toBe('--set')
    expect(origin(['streams', 0, 'frame'])).toBe('profile')
    expect(origin(['seed'])).toBe('default')
  })

  it('puts errors of the file first', () => {
    const { diagnostics } = loadProfile(text.replace('64B', '1B'), { file: 'x', set: ['seed=x'] })
    expect(diagnostics.map(diagnostic => diagnostic.setting)).toEqual([undefined, 'seed=x'])
  })
})
