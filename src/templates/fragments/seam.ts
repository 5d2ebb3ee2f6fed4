import type { LayerSpec, StreamSpec, ValueSpec } from '../../profile/model.js'
import { writeBits } from '../bits.js'
import type { Layout } from '../layout.js'
import { staticBytes } from '../lengths.js'
import type { Cut } from './cuts.js'

/** Where a datagram is cut: behind its outermost IP header, as a router on the way would do it. */
export interface Seam {
  version: 4 | 6
  /** Where the IP header begins: the MTU counts from here. */
  ip: number
  /** Bytes in front of the data of every fragment. */
  head: number
  /** The layers that these are. */
  layers: number
  /** Of the 16 bits that say which fragment it is; null: an IPv6 packet that is not cut. */
  place: number | null
}

const isIp = ({ name }: LayerSpec): boolean => name === 'ipv4' || name === 'ipv6'

export const outermostIp = (layers: readonly LayerSpec[]): number => layers.findIndex(isIp)

/**
 * The stream with what a cut needs: of IPv4 an identification, of IPv6 a fragment header. Both go through all their
 * values before one comes again, so no two trains in flight have the same.
 */
export function fragmentable(stream: StreamSpec): StreamSpec {
  const ip = outermostIp(stream.layers)
  const last = lastPerFragment(stream.layers, ip)
  const layers = stream.layers.map((layer, i) => (i === last ? identified(layer) : layer))
  if (isCut(layers[last]!)) return { ...stream, layers }
  return { ...stream, layers: layers.toSpliced(last + 1, 0, identified({ name: 'fragment', fields: {} })) }
}

const isCut = ({ name }: LayerSpec): boolean => name === 'ipv4' || name === 'fragment'

/** The last header that every fragment has (RFC 8200 section 4.5: those that nodes on the way look at). */
function lastPerFragment(layers: readonly LayerSpec[], ip: number): number {
  if (layers[ip]!.name === 'ipv4') return ip
  const end = layers.findIndex(({ name }, i) => i > ip && !extensions.includes(name))
  const chain = layers.slice(ip + 1, end < 0 ? layers.length : end).map(({ name }) => name)
  const given = chain.indexOf('fragment')
  if (given >= 0) return ip + 1 + given
  const routing = chain.lastIndexOf('routing')
  if (routing >= 0) return ip + 1 + routing
  return chain[0] === 'hop_by_hop' ? ip + 1 : ip
}

const extensions = ['hop_by_hop', 'dest_options', 'routing', 'fragment']

function identified(layer: LayerSpec): LayerSpec {
  if (!isCut(layer) || layer.fields.id !== undefined) return layer
  const high = layer.name === 'ipv4' ? 0xffffn : 0xffff_ffffn
  const id: ValueSpec = { kind: 'permute', low: 0n, high, every: 1n }
  return { ...layer, fields: { ...layer.fields, id } }
}

export function seamOf(stream: StreamSpec, layout: Layout): Seam {
  const index = outermostIp(stream.layers)
  const last = lastPerFragment(stream.layers, index)
  const { offset, bytes } = layout.layers[last]!
  const ip = layout.layers[index]!
  const version = ip.header.name === 'ipv4' ? 4 : 6
  const fragment = layout.layers[last]!.header.name === 'fragment'
  const place = version === 4 ? ip.offset + 6 : fragment ? offset + 2 : null
  return { version, ip: ip.offset, head: offset + bytes, layers: last + 1, place }
}

/** The headers of a fragment, its lengths right, its data still zero. */
export function fragmentHead(layout: Layout, { layers, head, version, place }: Seam, cut: Cut): Uint8Array {
  const own = { ...layout, layers: layout.layers.slice(0, layers), payloadOffset: head, closed: false }
  const bytes = staticBytes(own, head + cut.to - cut.from)
  if (place === null) return bytes
  const more = cut.more ? 1n : 0n
  const units = BigInt(cut.offset / 8)
  const at = place * 8
  // RFC 791: a reserved bit, do not fragment, more. RFC 8200: two reserved bits, more.
  if (version === 4) {
    writeBits(bytes, { bitOffset: at + 1, bits: 15 }, (more << 13n) | units)
  } else {
    writeBits(bytes, { bitOffset: at, bits: 13 }, units)
    writeBits(bytes, { bitOffset: at + 15, bits: 1 }, more)
  }
  return bytes
}
