import type { LayerSpec, StreamSpec, ValueSpec } from '../../profile/model.js'
import { compile } from '../compile.js'
import { layer, profile, stream } from '../profile.testing.js'
import { renderPacket } from '../render.testing.js'

export const random = (bits: number): ValueSpec => ({
  kind: 'random',
  low: 0n,
  high: (1n << BigInt(bits)) - 1n,
  every: 1n,
})
const inc: ValueSpec = { kind: 'inc', low: 0n, high: 0xffff_ffffn, step: 7n, every: 1n }
const twice: ValueSpec = { kind: 'inc', low: 10n, high: 99n, step: 3n, every: 2n }
const address: ValueSpec = { kind: 'random', low: 0xc612_0000n, high: 0xc612_ffffn, every: 1n }
const raw = (length: number): LayerSpec => ({
  name: 'raw',
  fields: { bytes: { kind: 'bytes', bytes: Uint8Array.from({ length }, (_, i) => 255 - i) } },
})

const target: ValueSpec = { ...address, low: 0xc613_0000n, high: 0xc613_00ffn }
const ipv4 = layer('ipv4', { src: address, id: random(16), dst: target, ttl: twice })
const source: ValueSpec = { ...address, low: 0x20010002n << 96n, high: (0x20010002n << 96n) | 0xffffn }
const ipv6 = layer('ipv6', { src: source, flow_label: twice })
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

/** Longer than a fragment of the smallest MTU. */
const content: LayerSpec = {
  name: 'payload',
  fields: {},
  content: {
    kind: 'string',
    form: 'text',
    pieces: [
      { kind: 'chars', name: 'a', alphabet: 'bytes', lengths: [{ length: 75, weight: 1n }], every: 1n },
      { kind: 'number', name: 'n', value: { ...inc, high: 999n }, digits: 3, base: 10n },
      { kind: 'chars', name: 'b', alphabet: 'base32', lengths: [{ length: 5, weight: 1n }], every: 2n },
    ],
  },
}

/** What stands on Ethernet: every place where a cut may go through something that varies, or that a sum covers. */
export const stacks: Readonly<Record<string, readonly LayerSpec[]>> = {
  'ipv4 udp': [ipv4, udp],
  'ipv4 with options': [options, tcp],
  'ipv4 tcp behind a tag': [layer('vlan', { id: { ...inc, high: 4095n } }), ipv4, tcp],
  'ipv4 icmp': [ipv4, layer('icmp', { id: random(16), seq: random(16) })],
  'ipv6 udp': [ipv6, udp],
  'ipv6 with extension headers': [ipv6, layer('hop_by_hop'), layer('dest_options'), tcp],
  'ipv6 in ipv4': [ipv4, ipv6, udp],
  'a tunnel': [ipv4, udp, layer('vxlan', { vni: random(24) }), layer('ethernet'), ipv4, tcp],
  'fields that a cut goes through': [
    ipv4,
    raw(5),
    layer('ethernet', { dst: random(48), src: random(48) }),
    ipv6,
    udp,
  ],
  pppoe: [layer('pppoe'), ipv4, udp],
  'a payload that varies': [ipv6, udp, content],
}

/** Where the outermost IP header of a stack is. */
export const ipOf = ([first]: readonly LayerSpec[]): number =>
  14 + (first!.name === 'vlan' ? 4 : first!.name === 'pppoe' ? 8 : 0)

export const streamOn = (layers: readonly LayerSpec[], changes: Partial<StreamSpec>): StreamSpec =>
  stream({ layers: [layer('ethernet'), ...layers], ...changes })

export const anyone = { safety: { allow: ['0.0.0.0/0', '::/0'], interfaces: [], lab: true } }

/** What the stream would send if it was not cut. */
export function wholeOf({ fragment: _, ...spec }: StreamSpec, train: bigint): Uint8Array {
  const { plan, diagnostics } = compile(profile([spec], anyone))
  if (!plan) throw new Error(diagnostics.map(({ message }) => message).join())
  return renderPacket(plan, 0, train)
}

/** A frame as the datagram's would be: the length of PPPoE is that of each frame. */
export function asWhole(frame: Uint8Array | null, layers: readonly LayerSpec[]): Uint8Array | null {
  if (frame && layers[0]!.name === 'pppoe') new DataView(frame.buffer).setUint16(18, frame.length - 20)
  return frame
}
