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
        },
      ],
      {
        description: 'yes: "no"',
        seed: 2 ** 53 - 1,
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
