/**
 * The flow of a frame: addresses, protocol and ports, one direction. Without ports: ICMP echo has its identifier (as in
 * conntrack's tuple), everything else none. Frames without IP have no flow, and later fragments of a datagram (RFC 791,
 * RFC 8200 section 4.5) none of their own: it is that of the first one, which alone carries the ports.
 */
import type { BitRange } from '../bits.js'
import type { DissectedField, DissectedLayer, Dissection } from '../dissect.js'
import { readKey, wordsFor } from './key.js'

/** Where the parts of a frame's flow stand. */
export interface FlowPlace {
  version: 4 | 6
  /** Addresses, protocol, and ports or identifier. */
  parts: readonly BitRange[]
}

export type FlowLevel = 'outer' | 'inner'

export const flowWords = { 4: 4, 6: 10 } as const

/**
 * `outer`: what a firewall, a switch or conntrack sees, which look at the first IP header; `inner`: the innermost of
 * several, which is what ends up in the application.
 */
export function flowPlace({ layers }: Dissection, level: FlowLevel): FlowPlace | null {
  const found = layers.flatMap((layer, i) => (isIp(layer) ? [i] : []))
  const at = level === 'outer' ? found[0] : found.length > 1 ? found.at(-1) : undefined
  if (at === undefined) return null
  const ip = layers[at]!
  const rest = layers.slice(at + 1, found.find(next => next > at) ?? layers.length)
  if ([ip, ...rest].some(isLaterFragment)) return null
  const transport = rest.findIndex(layer => endsOf(layer) !== null)
  const below = transport < 0 ? rest.findLast(hasNext) : rest.slice(0, transport).findLast(hasNext)
  const protocol = fieldOf(below ?? ip, 'protocol') ?? fieldOf(below ?? ip, 'next_header')
  const ends = transport < 0 ? [] : endsOf(rest[transport]!)!
  const parts = [fieldOf(ip, 'src')!, fieldOf(ip, 'dst')!, ...(protocol ? [protocol] : []), ...ends]
  return { version: ip.name === 'ipv4' ? 4 : 6, parts: parts.map(bitsOf) }
}

/** Addresses, one word for the protocol, one for the ports. */
export function readFlow(bytes: Uint8Array, { version, parts }: FlowPlace, key: Uint32Array): void {
  key.fill(0)
  const [src, dst, protocol, ...ends] = parts
  const words = wordsFor(version === 4 ? 32 : 128)
  readKey(bytes, src!, key)
  readKey(bytes, dst!, key, words)
  if (protocol) readKey(bytes, protocol, key, 2 * words)
  if (ends[0]) readKey(bytes, ends[0], key, 2 * words + 1)
  if (ends[1]) {
    const first = key[2 * words + 1]!
    readKey(bytes, ends[1], key, 2 * words + 1)
    key[2 * words + 1] = ((first << 16) | key[2 * words + 1]!) >>> 0
  }
}

const isIp = ({ name }: DissectedLayer): boolean => name === 'ipv4' || name === 'ipv6'

const fieldOf = ({ fields }: DissectedLayer, key: string): DissectedField | undefined =>
  fields.find(field => field.key === key)

/** The headers of RFC 8200 section 4, whose last one names the transport. */
const hasNext = (layer: DissectedLayer): boolean => fieldOf(layer, 'next_header') !== undefined

const isLaterFragment = (layer: DissectedLayer): boolean =>
  (fieldOf(layer, 'fragment_offset')?.value ?? 0n) !== 0n

/** Two ports of 16 bits, or the identifier of an echo. */
function endsOf(layer: DissectedLayer): DissectedField[] | null {
  const [src, dst] = [fieldOf(layer, 'src'), fieldOf(layer, 'dst')]
  if (src?.bits === 16 && dst?.bits === 16) return [src, dst]
  const id = fieldOf(layer, 'id')
  return (layer.name === 'icmp' && isEcho(layer, [0n, 8n])) ||
    (layer.name === 'icmpv6' && isEcho(layer, [128n, 129n]))
    ? id
      ? [id]
      : []
    : null
}

const isEcho = (layer: DissectedLayer, types: readonly bigint[]): boolean =>
  types.includes(fieldOf(layer, 'type')?.value ?? -1n)

const bitsOf = ({ bitOffset, bits }: BitRange): BitRange => ({ bitOffset, bits })
