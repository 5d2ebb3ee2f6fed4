import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultNames } from '../../profile/fragment-words.js'
import type { FragmentFault, StreamSpec } from '../../profile/model.js'
import { compile } from '../compile.js'
import type { StreamPlan } from '../plan.js'
import { profile } from '../profile.testing.js'
import { renderPacket } from '../render.testing.js'
import { cutsOf } from './cuts.js'
import { piecesOf } from './datagram.js'
import { datagramsOf } from './kind.js'
import { reassemble } from './reassemble.testing.js'
import { anyone, asWhole, ipOf, stacks, streamOn, wholeOf } from './streams.testing.js'

/** What the oracle can render: it has no permutation. */
const countable = (part: StreamPlan): StreamPlan => ({
  ...part,
  fields: part.fields.map(field => (field.op === 'permute' ? { ...field, op: 'inc', step: 1n } : field)),
})

function trainOf(spec: StreamSpec, mtu: number, fault: FragmentFault, train: bigint): Uint8Array[] {
  const base = compile(profile([{ ...spec, frame: { kind: 'fixed', frameBytes: 1000 } }], anyone)).plan!
  const length = (spec.frame as { frameBytes: number }).frameBytes - 4
  const datagram = datagramsOf(profile([spec]), spec, [length])(length, mtu, fault)
  return piecesOf(datagram, { length, mtu, fault }).map(({ bytes, checksums, fields, signature }) => {
    const part = { ...base.streams[0]!, templates: [{ bytes, checksums }], fields, signature }
    return renderPacket({ ...base, streams: [countable(part)] }, 0, train)
  })
}

const sizes = fc.oneof(fc.integer({ min: 400, max: 3000 }), fc.integer({ min: 3000, max: 25_000 }))
const mtus = fc.oneof(fc.constantFrom(68, 72, 576, 1500), fc.integer({ min: 120, max: 9000 }))
/** A datagram may fit, or nearly. */
const given = fc.oneof(
  fc.tuple(sizes, mtus),
  fc
    .tuple(sizes, fc.integer({ min: -40, max: 16 }))
    .map(([size, lacks]) => [size, size - 18 - lacks] as const),
)
const whole = fc.constantFrom<FragmentFault>('none', 'overlap', 'tiny_first', 'duplicate')

describe.each(Object.entries(stacks))('the fragments of %s', (_, layers) => {
  it('are the datagram again', () => {
    const ip = ipOf(layers)
    fc.assert(
      fc.property(given, whole, fc.bigInt(0n, 1n << 40n), ([size, mtu], fault, train) => {
        const spec = streamOn(layers, { frame: { kind: 'fixed', frameBytes: size } })
        const frames = trainOf(spec, mtu, fault, train)
        expect(Math.max(...frames.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(60, ip + mtu))
        expect(asWhole(reassemble(frames, ip), layers)).toEqual(wholeOf(spec, train))
      }),
      { numRuns: 20 },
    )
  })
})

describe.each(['ipv4 udp', 'ipv6 udp'])('a datagram of %s', name => {
  const layers = stacks[name]!
  const framesOf = (mtu: number): number =>
    trainOf(streamOn(layers, { frame: { kind: 'fixed', frameBytes: 1515 } }), mtu, 'none', 0n).length

  it('is whole where it fits, whether or not its data is a multiple of 8 bytes', () => {
    expect([1498, 1497, 1496].map(framesOf)).toEqual([1, 1, 2])
  })
})

describe('cuts', () => {
  const given = fc.record({
    bytes: fc.integer({ min: 100, max: 65_000 }),
    room: fc.integer({ min: 16, max: 1500 }),
    fault: fc.constantFrom(...faultNames),
  })

  it('leave nothing out, and are full but for the last two', () => {
    fc.assert(
      fc.property(given, ({ bytes, room, fault }) => {
        const cuts = cutsOf(bytes, room, fault)
        expect(cuts.every(({ from, to }) => from % 8 === 0 && to > from && to - from <= room)).toBe(true)
        const full = cuts.slice(fault === 'tiny_first' ? 1 : 0, -2)
        const units = room - (room % 8)
        expect(full.every(({ from, to, more }) => more && to - from === units)).toBe(true)
        const gaps = cuts.filter((cut, i) => i > 0 && cut.from !== cuts[i - 1]!.to)
        expect(gaps.map(({ shared }) => shared)).toEqual(
          fault === 'overlap' && bytes > room && units > 8 ? [8] : [],
        )
      }),
    )
  })

  it('have the fault that was asked for', () => {
    const cuts = Object.fromEntries(
      faultNames.map(fault => [fault, cutsOf(100, 48, fault).map(({ offset, to }) => [offset, to])]),
    )
    expect(cuts).toEqual({
      none: [
        [0, 48],
        [48, 72],
        [72, 100],
      ],
      missing_last: [
        [0, 48],
        [48, 72],
      ],
      missing_first: [
        [48, 72],
        [72, 100],
      ],
      duplicate: [
        [0, 48],
        [48, 72],
        [72, 100],
      ],
      overlap: [
        [0, 48],
        [40, 72],
        [72, 100],
      ],
      tiny_first: [
        [0, 8],
        [8, 56],
        [56, 100],
      ],
      oversize_end: [
        [0, 48],
        [48, 72],
        [65528, 100],
      ],
    })
  })
})
