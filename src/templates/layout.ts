import type { LayerSpec, StreamSpec, ValueSpec, YamlPath } from '../profile/model.js'
import type { BitRange } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import { type Field, type Header, headerBytes } from './header.js'
import { headers } from './headers/index.js'
import { checkLayers } from './stacking.js'

/** A field at its place in the frame. */
export interface PlacedField extends BitRange {
  /** `ipv4.src`; the second vlan's is `vlan.2.id`. */
  name: string
  field: Field
  /** What the profile gave. */
  spec: ValueSpec | undefined
  /** What the layer above asks for, e.g. ipv4.protocol 17 under udp. */
  linked: bigint | undefined
  path: YamlPath
}

export interface PlacedLayer {
  header: Header
  /** Its name in the stack: `vlan`, `vlan.2`. */
  name: string
  offset: number
  bytes: number
  fields: readonly PlacedField[]
  below: PlacedLayer | undefined
  /** Name of the layer above. */
  next: string | undefined
}

/** The headers of a stream, which stand at the same place in every frame size. */
export interface Layout {
  layers: readonly PlacedLayer[]
  payloadOffset: number
  /** What fills the room after the headers, over and over. */
  fill: Uint8Array
  /** The profile chose the payload bytes. */
  givenFill: boolean
}

/** Where the profile gives no payload: `nmgen ` over and over, easy to see in any capture. */
export const defaultFill = new TextEncoder().encode('nmgen ')

export const payloadName = 'payload'

export function layOut(
  stream: StreamSpec,
  path: YamlPath,
): { layout?: Layout; diagnostics: readonly Diagnostic[] } {
  const diagnostics = checkLayers(stream.layers, [...path, 'layers'])
  if (diagnostics.length > 0) return { diagnostics }
  const layers: PlacedLayer[] = []
  for (const [i, spec] of stream.layers.entries()) {
    if (spec.name === payloadName) continue
    layers.push(place(stream.layers, i, layers.at(-1), [...path, 'layers', i, spec.name]))
  }
  const top = layers.at(-1)!
  const bytes = stream.layers.find(layer => layer.name === payloadName)?.bytes
  const givenFill = bytes !== undefined && bytes.length > 0
  const fill = givenFill ? bytes : defaultFill
  return { layout: { layers, payloadOffset: top.offset + top.bytes, fill, givenFill }, diagnostics }
}

function place(
  specs: readonly LayerSpec[],
  index: number,
  below: PlacedLayer | undefined,
  path: YamlPath,
): PlacedLayer {
  const spec = specs[index]!
  const header = headers[spec.name]!
  const above = specs[index + 1]?.name
  const layer = {
    header,
    name: stackName(specs, index),
    offset: below ? below.offset + below.bytes : 0,
    bytes: headerBytes(header),
    below,
    next: above,
  }
  return { ...layer, fields: placeFields(layer, spec, headers[above ?? '']?.on[spec.name] ?? {}, path) }
}

function placeFields(
  layer: Omit<PlacedLayer, 'fields'>,
  spec: LayerSpec,
  links: Readonly<Record<string, bigint>>,
  path: YamlPath,
): PlacedField[] {
  let bitOffset = layer.offset * 8
  return layer.header.fields.map(field => {
    const placed = {
      name: `${layer.name}.${field.name}`,
      field,
      bitOffset,
      bits: field.bits,
      spec: spec.fields[field.name],
      linked: links[field.name],
      path: [...path, field.name],
    }
    bitOffset += field.bits
    return placed
  })
}

function stackName(specs: readonly LayerSpec[], index: number): string {
  const name = specs[index]!.name
  const count = specs.slice(0, index + 1).filter(spec => spec.name === name).length
  return count === 1 ? name : `${name}.${count}`
}

/** Every frame must hold the headers and the FCS; below 64 bytes it is no Ethernet frame (IEEE 802.3 clause 4.4.2). */
export function checkRoom(layout: Layout, frameBytes: number, path: YamlPath): Diagnostic[] {
  const needed = layout.payloadOffset + 4
  if (frameBytes >= needed) return []
  const parts = layout.layers.map(layer => `${layer.name} ${layer.bytes}`).join(' + ')
  return [
    error([...path, 'frame'], {
      code: 'frame-too-short',
      message: `a frame of ${frameBytes} bytes is too short: ${parts} + FCS 4 = ${needed} bytes`,
      hint: `the shortest frame for these layers is ${Math.max(64, needed)}B`,
    }),
  ]
}
