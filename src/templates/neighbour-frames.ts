/** The frames by which a neighbour is asked for and answers, made and read with the header tables. */
import type { FieldSpec, LayerSpec, Profile } from '../profile/model.js'
import { defaultPacing } from '../units/pacing.js'
import { compile } from './compile.js'
import { type DissectedLayer, dissect } from './dissect.js'
import type { Neighbour } from './plan.js'

const ARP_REPLY = 2n
const ADVERTISEMENT = 136n
const BROADCAST = 0xffffffffffffn
/** ff02::1:ff00:0/104 and its MAC addresses (RFC 4291 section 2.7.1, RFC 2464 section 7). */
const SOLICITED = 0xff02_0000_0000_0000_0000_0001_ff00_0000n
const SOLICITED_MAC = 0x3333_ff00_0000n
const LAST_24 = 0xffffffn

const literal = (value: bigint): FieldSpec => ({ kind: 'literal', value })
const layer = (
  name: string,
  fields: Readonly<Record<string, bigint>>,
  rest: Partial<LayerSpec> = {},
): LayerSpec => ({
  name,
  fields: Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, literal(value)])),
  ...rest,
})

/** Asks for a neighbour, in the VLAN of the stream: ARP (RFC 826), or a neighbour solicitation (RFC 4861 section 4.3). */
export function requestFrame(neighbour: Neighbour, mac: bigint): Uint8Array {
  const { kind, address, from, tags } = neighbour
  const dst = kind === 'ipv4' ? BROADCAST : SOLICITED_MAC | (address & LAST_24)
  const below = [
    layer('ethernet', { dst, src: mac }),
    ...tags.map(({ header, id }) => layer(header, { id: BigInt(id) })),
  ]
  if (kind === 'ipv4')
    return frameOf([...below, layer('arp', { src_mac: mac, src_ip: from, dst_mac: 0n, dst_ip: address })])
  const to = SOLICITED | (address & LAST_24)
  const source = layer('source_link', { mac })
  const ask = layer('icmpv6', { type: 135n, target: address }, { lists: { options: [source] } })
  return frameOf([...below, layer('ipv6', { src: from, dst: to, hop_limit: 255n }), ask])
}

/** Compiled as any stream; nothing varies, so its checksums are finished here. */
function frameOf(layers: readonly LayerSpec[]): Uint8Array {
  const tags = layers.filter(({ name }) => name === 'vlan' || name === 'svlan').length
  const frameBytes = (layers.at(-1)!.name === 'arp' ? 64 : 90) + 4 * tags
  const profile: Profile = {
    version: 1,
    name: 'neighbour',
    seed: 1,
    ports: [],
    streams: [
      {
        name: 'ask',
        frame: { kind: 'fixed', frameBytes },
        layers,
        rate: { kind: 'line' },
        tx: '',
        signature: false,
      },
    ],
    expect: [],
    pacing: defaultPacing,
    safety: { allow: [], interfaces: [], lab: true },
  }
  const { plan, diagnostics } = compile(profile)
  const template = plan?.streams[0]?.templates[0]
  if (!template) throw new Error(diagnostics.map(({ message }) => message).join('; '))
  const view = new DataView(template.bytes.buffer, template.bytes.byteOffset)
  for (const { offset, base } of template.checksums) view.setUint16(offset, ~base & 0xffff)
  return template.bytes
}

/** The MAC address, if the frame is the neighbour's answer. */
export function answerOf(neighbour: Neighbour, frame: Uint8Array): bigint | undefined {
  const { layers } = dissect(frame)
  const tags = layers.filter(({ name }) => name === 'vlan' || name === 'svlan')
  const same =
    tags.length === neighbour.tags.length &&
    tags.every((tag, i) => held(tag, 'id') === BigInt(neighbour.tags[i]!.id))
  const last = layers.at(-1)
  if (!same || !last) return undefined
  if (last.name === 'arp' && neighbour.kind === 'ipv4')
    return held(last, 'opcode') === ARP_REPLY && held(last, 'src_ip') === neighbour.address
      ? held(last, 'src_mac')
      : undefined
  if (
    last.name !== 'icmpv6' ||
    held(last, 'type') !== ADVERTISEMENT ||
    held(last, 'target') !== neighbour.address
  )
    return undefined
  // A router may leave the option out where it was asked by unicast (RFC 4861 section 4.4).
  return held(last, 'options.target_link.mac') ?? held(layers[0]!, 'src')
}

const held = ({ fields }: DissectedLayer, key: string): bigint | undefined =>
  fields.find(field => field.key === key)?.value
