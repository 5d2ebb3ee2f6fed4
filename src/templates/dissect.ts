import { readBits } from './bits.js'
import type { Header } from './header.js'
import { headers } from './headers/index.js'
import { type DissectedField, Reading } from './read.js'

export type { DissectedField } from './read.js'

export interface DissectedLayer {
  /** A key of the header registry. */
  name: string
  offset: number
  bytes: number
  fields: readonly DissectedField[]
}

export interface Dissection {
  layers: readonly DissectedLayer[]
  /** Where the headers that nmgen knows end. */
  payloadOffset: number
}

/** Reads a frame's headers from Ethernet up, by the same tables that wrote them. */
export function dissect(bytes: Uint8Array): Dissection {
  const layers: DissectedLayer[] = []
  let offset = 0
  let header: Header | undefined = headers.ethernet
  while (header) {
    const layer = read(header, bytes, offset)
    if (!layer) break
    layers.push(layer)
    offset += layer.bytes
    header = nextHeader(layer, bytes, offset)
  }
  return { layers, payloadOffset: offset }
}

function read({ name, members }: Header, bytes: Uint8Array, offset: number): DissectedLayer | undefined {
  const reading = new Reading(bytes, offset * 8, bytes.length * 8)
  if (!reading.read(members) || reading.at % 8 !== 0) return undefined
  return { name, offset, bytes: reading.at / 8 - offset, fields: reading.fields }
}

/** The header whose `on` rule for this layer holds, e.g. protocol 17 for UDP. */
function nextHeader(layer: DissectedLayer, bytes: Uint8Array, offset: number): Header | undefined {
  const held = (name: string) => layer.fields.find(({ key }) => key === name)?.value
  // A later fragment (RFC 791) starts in the middle of what the first one carried.
  if ((held('fragment_offset') ?? 0n) !== 0n) return undefined
  const holds = (rule: Readonly<Record<string, bigint>> | undefined) =>
    rule && Object.entries(rule).every(([name, value]) => (held(name) ?? 0n) === value)
  const found = Object.values(headers).filter(header => holds(header.on[layer.name]))
  // A reply comes from the port that the request went to.
  if (found.length === 0 && layer.name === 'udp')
    return Object.values(headers).find(({ on: { udp } }) => udp?.dst !== undefined && udp.dst === held('src'))
  if (found.length < 2) return found[0]
  return found.find(header => !header.guess) ?? found.find(({ guess }) => looksLike(guess!, bytes, offset))
}

const looksLike = (
  { bits, value }: NonNullable<Header['guess']>,
  bytes: Uint8Array,
  offset: number,
): boolean => offset < bytes.length && readBits(bytes, { bitOffset: offset * 8, bits }) === value
