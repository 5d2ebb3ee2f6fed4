import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamSpec, ValueSpec } from '../profile/model.js'
import { anyTarget, literals, streamsWith, varying } from './arbitrary.testing.js'
import { wrongChecksums } from './checksums.testing.js'
import { compile } from './compile.js'
import { type DissectedLayer, dissect } from './dissect.js'
import { headers } from './headers/index.js'
import { layOut, type PlacedLayer, packetEnd } from './layout.js'
import type { Plan } from './plan.js'
import { profile, stream } from './profile.testing.js'
import { renderPacket } from './render.testing.js'

function planOf(spec: StreamSpec, seed = 1): Plan {
  const { plan, diagnostics } = compile(profile([spec], { seed, safety: anyTarget }))
  expect(diagnostics.filter(({ code }) => code !== 'no-room-for-signature')).toEqual([])
  return plan!
}

describe('any stack of layers', () => {
  it('compiles to what it says: dissecting gives the values back', () => {
    fc.assert(
      fc.property(streamsWith(literals, /^$/), spec => {
        const { layers } = dissect(renderPacket(planOf(spec), 0, 0n))
        const expected = layOut(spec, []).layout!.layers
        expect(layers.slice(0, expected.length).map(({ name }) => name)).toEqual(
          spec.layers.map(({ name }) => name),
        )
        for (const [i, layer] of expected.entries()) expectFields(layers[i]!, layer)
      }),
      { numRuns: 500 },
    )
  })

  it('has true lengths and checksums in every packet, whatever varies', () => {
    const skip = /checksum|\.(header_)?length|payload_length|version|segments_left/
    fc.assert(
      fc.property(
        streamsWith(varying, skip),
        fc.bigInt(0n, 1n << 40n),
        fc.integer({ min: 0, max: 2 ** 31 }),
        (spec, index, seed) => {
          const frame = renderPacket(planOf(spec, seed), 0, index)
          const { layers, payloadOffset } = dissect(frame)
          const top = layers[spec.layers.length - 1]!
          const packet = frame.subarray(0, packetEnd(layOut(spec, []).layout!, frame.length))
          expect(payloadOffset).toBeGreaterThanOrEqual(top.offset + top.bytes)
          expect(wrongChecksums(layers.slice(0, spec.layers.length), packet)).toEqual([])
          expectLengths(layers.slice(0, spec.layers.length), packet)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('has a wrong checksum wherever one is asked for', () => {
    const bad = { checksum: { kind: 'checksum', mode: 'bad' } } as const
    const spoilt = streamsWith(
      varying,
      /checksum|\.(header_)?length|payload_length|version|segments_left/,
    ).map(spec => ({
      ...spec,
      layers: spec.layers.map(one => ({
        ...one,
        fields: { ...one.fields, ...(headers[one.name]!.checksum && bad) },
      })),
    }))
    fc.assert(
      fc.property(spoilt, fc.bigInt(0n, 1n << 40n), (spec, index) => {
        const frame = renderPacket(planOf(spec), 0, index)
        const layers = dissect(frame).layers.slice(0, spec.layers.length)
        const packet = frame.subarray(0, packetEnd(layOut(spec, []).layout!, frame.length))
        const all = layers.flatMap(({ name }) => (headers[name]!.checksum ? [name] : []))
        expect(wrongChecksums(layers, packet)).toEqual(all)
      }),
    )
  })
})

/** The same fields in the same order; what was given reads as given. */
function expectFields(found: DissectedLayer, { fields }: PlacedLayer): void {
  expect(found.fields.map(({ key, bits }) => [key, bits])).toEqual(fields.map(({ key, bits }) => [key, bits]))
  for (const [i, { spec, key }] of fields.entries())
    if (spec?.kind === 'literal') expect([key, found.fields[i]!.value]).toEqual([key, spec.value])
}

function expectLengths(layers: readonly DissectedLayer[], packet: Uint8Array): void {
  for (const { name, offset, bytes, fields } of layers) {
    const value = (key: string) => Number(fields.find(one => one.key === key)?.value)
    const here = packet.length - offset
    if (name === 'ipv4' || name === 'udp') expect(value('length')).toBe(here)
    if (name === 'ipv4' || name === 'tcp') expect(value('header_length') * 4).toBe(bytes)
    if (name === 'ipv6') expect(value('payload_length')).toBe(here - 40)
    if (name === 'gtpu') expect(value('length')).toBe(here - 8)
    if (name === 'pppoe') expect(value('length')).toBe(here - 6)
    if (/^(hop_by_hop|dest_options|routing)$/.test(name)) expect(value('length') * 8 + 8).toBe(bytes)
  }
}

describe('a UDP checksum', () => {
  it('is never 0 on the wire: that would mean that there is none (RFC 768)', () => {
    const src: ValueSpec = { kind: 'inc', low: 0n, high: 65535n, step: 1n, every: 1n }
    const layers = [
      { name: 'ethernet', fields: {} },
      { name: 'ipv4', fields: {} },
      { name: 'udp', fields: { src } },
    ]
    const plan = planOf(stream({ layers, frame: { kind: 'fixed', frameBytes: 64 } }))
    const checksums = Array.from({ length: 65536 }, (_, i) => {
      const frame = renderPacket(plan, 0, BigInt(i))
      return frame[40]! * 256 + frame[41]!
    })
    expect(checksums).not.toContain(0)
    expect(checksums).toContain(0xffff)
  })
})

describe('a mix of sizes', () => {
  it('holds each size exactly by its weight, spread out', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(weights, given => {
        const sizes = given.map((weight, i) => ({ frameBytes: 64 + i, weight }))
        const { sequence } = planOf(stream({ frame: { kind: 'imix', sizes } })).streams[0]!
        const counts = given.map((_, i) => sequence.filter(entry => entry === i).length)
        const share = sequence.length / given.reduce((sum, weight) => sum + weight, 0)
        expect(counts).toEqual(given.map(weight => weight * share))
      }),
    )
  })
})
