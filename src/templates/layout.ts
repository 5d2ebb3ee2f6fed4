import type { LayerSpec, StreamSpec, YamlPath } from '../profile/model.js'
import { type Diagnostic, error } from './diagnostic.js'
import type { Header } from './header.js'
import { Scope, type Slot } from './header-table.js'
import { headers } from './headers/index.js'
import { checkLayers, checkScope } from './stacking.js'

/** A field at its place in the frame: `bitOffset` counts from there. */
export interface PlacedField extends Slot {
  /** `ipv4.src`; the second vlan's is `vlan.2.id`. */
  name: string
  bits: number
}

export interface PlacedLayer {
  header: Header
  /** Its name in the stack: `vlan`, `vlan.2`. */
  name: string
  offset: number
  bytes: number
  fields: readonly PlacedField[]
  scope: Scope
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
  /** The packet ends with its headers; what the frame has beyond is padding (RFC 894), in no length and no checksum. */
  closed: boolean
}

/** Where the packet inside a frame of `length` bytes (without the FCS) ends. */
export function packetEnd({ closed, payloadOffset, layers }: Layout, length: number): number {
  if (closed) return Math.min(payloadOffset, length)
  const last = layers.findLast(({ header }) => header.unit !== undefined)
  return last ? length - ((length - last.offset) % last.header.unit!) : length
}

/** Where the profile gives no payload: `nmgen ` over and over, easy to see in any capture. */
export const defaultFill = new TextEncoder().encode('nmgen ')

export const payloadName = 'payload'

export function layOut(
  stream: StreamSpec,
  path: YamlPath,
): { layout?: Layout; diagnostics: readonly Diagnostic[] } {
  const diagnostics = checkLayers(stream.layers, path)
  if (diagnostics.length > 0) return { diagnostics }
  const layers: PlacedLayer[] = []
  for (const [i, spec] of stream.layers.entries()) {
    if (spec.name === payloadName) continue
    layers.push(place(stream.layers, i, layers.at(-1), pathOf(stream.layers, i, path)))
  }
  const found = layers.flatMap(layer => checkScope(layer.header, layer.scope))
  return found.length > 0 ? { diagnostics: found } : { layout: finish(stream, layers), diagnostics }
}

/** Where a layer stands in the profile. */
export const pathOf = (layers: readonly LayerSpec[], index: number, stream: YamlPath): YamlPath => [
  ...(layers[index]!.path ?? [...stream, 'layers', index]),
  layers[index]!.name,
]

function finish(stream: StreamSpec, layers: readonly PlacedLayer[]): Layout {
  const top = layers.at(-1)!
  const payload = stream.layers.find(layer => layer.name === payloadName)
  const givenFill = payload?.bytes !== undefined && payload.bytes.length > 0
  const closed = !payload && (top.header.closed?.(top.scope.context()) ?? false)
  const fill = givenFill ? payload.bytes! : defaultFill
  return { layers, payloadOffset: top.offset + top.bytes, fill, givenFill, closed }
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
  const name = stackName(specs, index)
  const offset = below ? below.offset + below.bytes : 0
  const scope = new Scope(header.members, spec, headers[above ?? '']?.on[spec.name] ?? {}, path)
  const fields = scope.slots.map(slot => placed(slot, name, offset))
  return { header, name, offset, bytes: scope.bits / 8, fields, scope, below, next: above }
}

/** Every key by itself: there are dozens of fields in each of thousands of streams, and a spread is ten times as slow. */
const placed = (slot: Slot, layer: string, offset: number): PlacedField => ({
  key: slot.key,
  field: slot.field,
  spec: slot.spec,
  bad: slot.bad,
  linked: slot.linked,
  path: slot.path,
  scope: slot.scope,
  name: `${layer}.${slot.key}`,
  bits: slot.field.bits,
  bitOffset: offset * 8 + slot.bitOffset,
})

function stackName(specs: readonly LayerSpec[], index: number): string {
  const name = specs[index]!.name
  const count = specs.slice(0, index + 1).filter(spec => spec.name === name).length
  return count === 1 ? name : `${name}.${count}`
}

/**
 * Every frame must hold the headers and the FCS; below 64 bytes it is no Ethernet frame (IEEE 802.3 clause 4.4.2).
 * `start` is where the layer begins that `of` names, whose sizes the profile gives; else it gives whole frames.
 */
export function checkRoom(
  layout: Layout,
  length: number,
  { of, start }: { of: string | undefined; start: number | null },
  path: YamlPath,
): Diagnostic[] {
  if (length >= layout.payloadOffset) return []
  const inside = layout.layers.filter(({ offset }) => offset >= (start ?? 0))
  const parts = inside.map(layer => `${layer.name} ${layer.bytes}`).join(' + ')
  const needed = layout.payloadOffset - (start ?? -4)
  const wrong = (message: string, hint: string) => [
    error([...path, 'frame'], { code: 'frame-too-short', message, hint }),
  ]
  if (start !== null)
    return wrong(
      `${of} of ${length - start} bytes is too short: ${parts} = ${needed} bytes`,
      `at least ${needed}B`,
    )
  return wrong(
    `a frame of ${length + 4} bytes is too short: ${parts} + FCS 4 = ${needed} bytes`,
    `the shortest frame for these layers is ${Math.max(64, needed)}B`,
  )
}
