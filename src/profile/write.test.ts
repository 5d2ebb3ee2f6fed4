import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { anyTarget, streamsWith, varying } from '../templates/arbitrary.testing.js'
import { profile } from '../templates/profile.testing.js'
import { loadProfile } from './load.js'
import type { Profile } from './model.js'
import { profileDocument } from './write.js'

const folder = new URL('../../profiles/', import.meta.url)
const names = readdirSync(folder).filter(name => name.endsWith('.yaml'))

/** Through text, as a run folder does it. */
function again(given: Profile): Profile | undefined {
  const { profile: read, diagnostics } = loadProfile(stringify(profileDocument(given)), { file: 'again' })
  expect(diagnostics).toEqual([])
  return read
}

describe('a profile that is written', () => {
  it.each(names)('is read as the same: %s', name => {
    const { profile: read } = loadProfile(readFileSync(new URL(name, folder), 'utf8'), { file: name })
    expect(again(read!)).toEqual(read)
  })

  it('asks for a signature without a receiver only where it did', () => {
    for (const word of ['', '    signature: true\n']) {
      const text = `version: 1\nname: x\nports: {a: "dpdk:net_null0"}\nstreams:\n  - name: s\n    frame: 64B\n${word}    layers: [ethernet: {dst: 02:00:00:00:00:02}]\n`
      const { profile: read } = loadProfile(text, { file: 'x' })
      expect(read!.streams[0]!.signAlways).toBe(word === '' ? undefined : true)
      expect(again(read!)).toEqual(read)
    }
  })

  it('is read as the same with any stack and values', () => {
    const ports = ['a', 'b'].map(name => ({ name, uri: `loop:${name}`, txQueues: 1, rxQueues: 1, args: [] }))
    fc.assert(
      fc.property(streamsWith(varying, /^$/), stream => {
        // Without a receiver, the port would be its own: it is a loop.
        const given = profile([{ rx: 'b', ...stream }], { safety: anyTarget, ports })
        expect(again(given)).toEqual(given)
      }),
      { endOnFailure: true },
    )
  })

  it('is read as the same with every key there is', () => {
    const pps = (value: number) => ({ kind: 'pps', pps: value }) as const
    const total = { kind: 'ramp', from: pps(0), to: pps(1e6), overNs: 6e10 } as const
    const [stream] = fc.sample(streamsWith(varying, /^$/), { numRuns: 1, seed: 1 })
    const given = profile(
      [
        {
          ...stream!,
          name: 'all',
          frame: { kind: 'imix', sizes: [1518, 64].map(frameBytes => ({ frameBytes, weight: 2 })) },
          layers: [...stream!.layers, { name: 'payload', fields: {}, bytes: Uint8Array.of(0, 255) }],
          rate: { kind: 'bps', bps: 1_234_567_891, layer: 2 },
          count: 12_345_678,
          rx: 'a',
          signature: false,
          startNs: 5,
          forNs: 2e9,
          after: ['other', 'third'],
        },
        { ...stream!, name: 'other', rx: 'a', rate: total, share: 100 / 3 },
        { ...stream!, name: 'third', rx: 'a', rate: { kind: 'burst', frames: 64, everyNs: 1e6 } },
        { ...stream!, name: 'fourth', rx: 'a', rate: { kind: 'burst', frames: 5, rate: pps(7) } },
        { ...stream!, name: 'fifth', rx: 'a', rate: { kind: 'poisson', rate: pps(1 / 3) } },
      ],
      {
        description: 'yes: "no"',
        seed: 2 ** 53 - 1,
        rate: total,
        mix: { runLength: 16 },
        durationNs: 1_500_000_001,
        cores: [3, 1],
        ports: [{ name: 'a', uri: 'dpdk:net_null0,size=60', txQueues: 4, rxQueues: 2, args: ['-m', '64'] }],
        expect: [{ text: 'lost <= 5', metric: 'lost', op: '<=', value: 5, path: ['expect', 0] }],
        safety: { allow: ['203.0.113.0/24'], interfaces: ['eth9'], lab: true },
      },
    )
    expect(again(given)).toEqual(given)
  })

  it('says the same in JSON as in YAML', () => {
    const document = profileDocument(profile([]))
    expect(JSON.parse(JSON.stringify(document))).toEqual(parse(stringify(document)))
  })
})
