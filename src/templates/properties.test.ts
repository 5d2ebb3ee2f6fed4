import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamSpec, ValueSpec } from '../profile/model.js'
import { anyTarget, literals, streamsWith, varying } from './arbitrary.testing.js'
import { compile } from './compile.js'
import { dissect } from './dissect.js'
import type { Plan } from './plan.js'
import { literal, profile, stream } from './profile.testing.js'
import { renderPacket } from './render.testing.js'

function planOf(spec: StreamSpec, seed = 1): Plan {
  const { plan, diagnostics } = compile(profile([spec], { seed, safety: anyTarget }))
  expect(diagnostics).toEqual([])
  return plan!
}

/** RFC 1071 in its plainest form, for the frame as it stands: 0 means that the checksum inside is right. */
function residue(...pieces: readonly (readonly number[])[]): number {
  let sum = 0
  for (const piece of pieces)
    for (const [i, byte] of piece.entries()) {
      sum += i % 2 === 0 ? byte << 8 : byte
      sum = (sum & 0xffff) + (sum >>> 16)
    }
  return 0xffff - sum
}

/** By the offsets of the RFCs alone; every checksum of the frame by the name of its layer. */
function residues(names: readonly string[], frame: Uint8Array): Record<string, number> {
  const sizes: Record<string, number> = {
    ethernet: 14,
    vlan: 4,
    ipv4: 20,
    ipv6: 40,
    udp: 8,
    tcp: 20,
    icmp: 8,
  }
  const found: Record<string, number> = {}
  let pseudo: number[] = []
  let at = 0
  for (const [i, name] of names.entries()) {
    const header = [...frame.subarray(at, at + sizes[name]!)]
    const rest = [...frame.subarray(at)]
    if (name === 'ipv4') found[`${name} ${i}`] = residue(header)
    if (name === 'ipv4') pseudo = header.slice(12)
    if (name === 'ipv6') pseudo = header.slice(8)
    const tail = [0, name === 'udp' ? 17 : 6, rest.length >> 8, rest.length & 255]
    if (name === 'udp' || name === 'tcp') found[name] = residue(pseudo, tail, rest)
    if (name === 'icmp') found[name] = residue(rest)
    at += sizes[name]!
  }
  return found
}

describe('any stack of layers', () => {
  it('compiles to what it says: dissecting gives the values back', () => {
    fc.assert(
      fc.property(streamsWith(literals, /^$/), spec => {
        const { layers } = dissect(renderPacket(planOf(spec), 0, 0n))
        expect(layers.map(({ name }) => name)).toEqual(spec.layers.map(({ name }) => name))
        for (const [i, { fields }] of spec.layers.entries())
          for (const [name, given] of Object.entries(fields))
            expect(literal(layers[i]!.fields.find(({ field }) => field.name === name)!.value)).toEqual(given)
      }),
    )
  })

  it('has true lengths and checksums in every packet, whatever varies', () => {
    const skip = /checksum|\.(header_)?length|payload_length|version/
    fc.assert(
      fc.property(
        streamsWith(varying, skip),
        fc.bigInt(0n, 1n << 40n),
        fc.integer({ min: 0, max: 2 ** 31 }),
        (spec, index, seed) => {
          const plan = planOf(spec, seed)
          const frame = renderPacket(plan, 0, index)
          const names = spec.layers.map(({ name }) => name)
          for (const wrong of Object.values(residues(names, frame))) expect(wrong).toBe(0)
          expectLengths(frame)
        },
      ),
      { numRuns: 300 },
    )
  })
})

function expectLengths(frame: Uint8Array): void {
  for (const { name, offset, fields } of dissect(frame).layers) {
    const value = (field: string) => fields.find(one => one.field.name === field)?.value
    const here = BigInt(frame.length - offset)
    if (name === 'ipv4' || name === 'udp') expect(value('length')).toBe(here)
    if (name === 'ipv6') expect(value('payload_length')).toBe(here - 40n)
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
