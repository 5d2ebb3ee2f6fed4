import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultNames } from '../../profile/fragment-words.js'
import type { FragmentFault, LayerSpec, StreamSpec, ValueSpec } from '../../profile/model.js'
import { compile } from '../compile.js'
import type { Plan, StreamPlan } from '../plan.js'
import { layer, profile, stream } from '../profile.testing.js'
import { renderPacket } from '../render.testing.js'
import { cutsOf } from './cuts.js'
import { piecesOf } from './datagram.js'
import { datagramsOf } from './kind.js'
import { reassemble } from './reassemble.testing.js'

const random = (bits: number): ValueSpec => ({
  kind: 'random',
  low: 0n,
  high: (1n << BigInt(bits)) - 1n,
  every: 1n,
})
const inc: ValueSpec = { kind: 'inc', low: 0n, high: 0xffff_ffffn, step: 7n, every: 1n }
const address: ValueSpec = { kind: 'random', low: 0xc612_0000n, high: 0xc612_ffffn, every: 1n }
const raw = (length: number): LayerSpec => ({
  name: 'raw',
  fields: { bytes: { kind: 'bytes', bytes: Uint8Array.from({ length }, (_, i) => 255 - i) } },
})

const ipv4 = layer('ipv4', {
  src: address,
  id: random(16),
  dst: { ...address, low: 0xc613_0000n, high: 0xc613_00ffn },
})
const ipv6 = layer('ipv6', {
  src: { ...address, low: 0x20010002n << 96n, high: (0x20010002n << 96n) | 0xffffn },
})
const options: LayerSpec = {
  ...ipv4,
  lists: {
    options: [
      { name: 'record_route', fields: {}, lists: { hops: [{ name: '', fields: { '': address } }] } },
      { name: 'router_alert', fields: {} },
    ],
  },
}
const udp = layer('udp', { src: random(16) })
const tcp = layer('tcp', { src: random(16), seq: inc, ack: random(32), window: random(16) })

const stacks: Record<string, LayerSpec[]> = {
  'ipv4 udp': [ipv4, udp],
  'ipv4 with options': [options, tcp],
  'ipv4 tcp behind a tag': [layer('vlan', { id: { ...inc, high: 4095n } }), ipv4, tcp],
  'ipv4 icmp': [ipv4, layer('icmp', { id: random(16), seq: random(16) })],
  'ipv6 udp': [ipv6, udp],
  'ipv6 with extension headers': [ipv6, layer('hop_by_hop'), layer('dest_options'), tcp],
  'ipv6 in ipv4': [ipv4, ipv6, udp],
  'a tunnel': [ipv4, udp, layer('vxlan', { vni: random(24) }), layer('ethernet'), { ...ipv4 }, tcp],
  'fields that a cut goes through': [
    ipv4,
    raw(5),
    layer('ethernet', { dst: random(48), src: random(48) }),
    ipv6,
    udp,
  ],
  pppoe: [layer('pppoe'), ipv4, udp],
}

const streamOf = (layers: readonly LayerSpec[], frameBytes: number, changes: Partial<StreamSpec> = {}) =>
  stream({ layers: [layer('ethernet'), ...layers], frame: { kind: 'fixed', frameBytes }, ...changes })

const anyone = { safety: { allow: ['0.0.0.0/0', '::/0'], interfaces: [], lab: true } }

/** What the oracle can render: it has no permutation. */
const countable = (part: StreamPlan): StreamPlan => ({
  ...part,
  fields: part.fields.map(field => (field.op === 'permute' ? { ...field, op: 'inc', step: 1n } : field)),
})

function trainOf(spec: StreamSpec, mtu: number, fault: FragmentFault, train: bigint): Uint8Array[] {
  const base = compile(profile([{ ...spec, frame: { kind: 'fixed', frameBytes: 1000 } }], anyone)).plan!
  const length = (spec.frame as { frameBytes: number }).frameBytes - 4
  const datagram = datagramsOf(profile([spec]), spec)(length, mtu, fault)
  return piecesOf(datagram, { length, mtu, fault }).map(({ bytes, checksums, fields, signature }) => {
    const part = { ...base.streams[0]!, templates: [{ bytes, checksums }], fields, signature }
    return renderPacket({ ...base, streams: [countable(part)] }, 0, train)
  })
}

function wholeOf(spec: StreamSpec, train: bigint): Uint8Array {
  const { plan, diagnostics } = compile(profile([spec], anyone))
  if (!plan) throw new Error(diagnostics.map(({ message }) => message).join())
  return renderPacket(plan as Plan, 0, train)
}

const sizes = fc.oneof(fc.integer({ min: 400, max: 3000 }), fc.integer({ min: 3000, max: 25_000 }))
const mtus = fc.oneof(fc.constantFrom(68, 72, 576, 1500), fc.integer({ min: 120, max: 9000 }))
const whole = fc.constantFrom<FragmentFault>('none', 'overlap', 'tiny_first', 'duplicate')

describe.each(Object.entries(stacks))('the fragments of %s', (_, layers) => {
  it('are the datagram again', () => {
    const ip = 14 + (layers[0]!.name === 'vlan' ? 4 : layers[0]!.name === 'pppoe' ? 8 : 0)
    fc.assert(
      fc.property(sizes, mtus, whole, fc.bigInt(0n, 1n << 40n), (size, mtu, fault, train) => {
        const spec = streamOf(layers, size)
        const frames = trainOf(spec, mtu, fault, train)
        expect(Math.max(...frames.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(60, ip + mtu))
        const found = reassemble(frames, ip)!
        // The length of PPPoE is that of each frame.
        if (layers[0]!.name === 'pppoe') new DataView(found.buffer).setUint16(18, found.length - 20)
        expect(found).toEqual(wholeOf(spec, train))
      }),
      { numRuns: 20 },
    )
  })
})

describe('cuts', () => {
  const given = fc.record({
    bytes: fc.integer({ min: 100, max: 65_000 }),
    room: fc.integer({ min: 2, max: 180 }).map(units => units * 8),
    fault: fc.constantFrom(...faultNames),
  })

  it('leave nothing out, and are full but for the last two', () => {
    fc.assert(
      fc.property(given, ({ bytes, room, fault }) => {
        const cuts = cutsOf(bytes, room, fault)
        expect(cuts.every(({ from, to }) => from % 8 === 0 && to > from && to - from <= room)).toBe(true)
        const full = cuts.slice(fault === 'tiny_first' ? 1 : 0, -2)
        expect(full.every(({ from, to, more }) => more && to - from === room)).toBe(true)
        const gaps = cuts.filter((cut, i) => i > 0 && cut.from !== cuts[i - 1]!.to)
        expect(gaps.map(({ shared }) => shared)).toEqual(
          fault === 'overlap' && bytes > room && room > 8 ? [8] : [],
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
