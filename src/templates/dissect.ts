import { type BitRange, readBits } from './bits.js'
import { type Field, type Header, headerBytes } from './header.js'
import { headers } from './headers/index.js'

export interface DissectedField extends BitRange {
  field: Field
  value: bigint
}

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
  while (header && offset + headerBytes(header) <= bytes.length) {
    const layer = read(header, bytes, offset)
    layers.push(layer)
    offset += layer.bytes
    header = nextHeader(layer)
  }
  return { layers, payloadOffset: offset }
}

function read(header: Header, bytes: Uint8Array, offset: number): DissectedLayer {
  let bitOffset = offset * 8
  const fields = header.fields.map(field => {
    const range = { bitOffset, bits: field.bits }
    bitOffset += field.bits
    return { ...range, field, value: readBits(bytes, range) }
  })
  return { name: header.name, offset, bytes: headerBytes(header), fields }
}

/** The header whose `on` rule for this layer holds, e.g. protocol 17 for UDP. */
function nextHeader(layer: DissectedLayer): Header | undefined {
  const held = (name: string) => layer.fields.find(({ field }) => field.name === name)?.value
  // A later fragment (RFC 791) starts in the middle of what the first one carried.
  if ((held('fragment_offset') ?? 0n) !== 0n) return undefined
  return Object.values(headers).find(header => {
    const rule = header.on[layer.name]
    return rule && Object.entries(rule).every(([name, value]) => held(name) === value)
  })
}
