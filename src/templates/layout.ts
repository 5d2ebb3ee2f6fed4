import type { LayerSpec, StreamSpec, YamlPath } from '../profile/model.js'
import { type Diagnostic, error } from './diagnostic.js'
import { fieldKeyIn, type Header, type Held } from './header.js'
import { Scope, type Slot } from './header-table.js'
import { headers } from './headers/index.js'
import { checkLayers, checkScope } from './stacking.js'

/** A field at its place in the frame: `bitOffset` counts from there. */
export interface PlacedField extends Omit<Slot, 'scope'> {
  /** null: it was read from a captured frame, and nothing of it is computed. */
  scope: Scope | null
  /** `ipv4.src`; the second vlan's is `vlan.2.id`. */
  name: string
  bits: number
  /** Where the profile gives it in parts: these are what is written, and the whole is not. */
  parts: readonly PlacedField[]
  /** Of a part: the name of the field. */
  whole?: string
}

export interface PlacedLayer {
  header: Header
  /** Its name in the stack: `vlan`, `vlan.2`. */
  name: string
  offset: number
  bytes: number
  fields: readonly PlacedField[]
  scope: { context(): Held }
  /** Where what it carries ends, where that is known: of a captured frame. */
  end?: number
  below: PlacedLayer | undefined
  /** Name of the layer above. */
  next: string | undefined
}

/** The headers of a stream, which stand at the same place in every frame size. */
export interface Layout {
  layers: readonly PlacedLayer[]
  payloadOffset: number
  /** What varies in the payload: see content.ts. */
  content: PlacedField | undefined
  /** What fills the room after the headers, over and over. */
  fill: Uint8Array
  /** The profile chose the payload bytes. */
  givenFill: boolean
  /** The packet ends with its headers; what the frame has beyond is padding (RFC 894), in no length and no checksum. */
  closed: boolean
}

/** Where the packet inside a frame of `length` bytes (without the FCS) ends. */
export function packetEnd({ closed, payloadOffset, layers }: Layout, length: number): number {
  const end = layers.at(-1)?.end
  if (end !== undefined) return end
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
  const layers: (PlacedLayer & { scope: Scope })[] = []
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
  const payloadOffset = top.offset + top.bytes
  return { layers, payloadOffset, fill, givenFill, closed, content: undefined }
}

function place(
  specs: readonly LayerSpec[],
  index: number,
  below: PlacedLayer | undefined,
  path: YamlPath,
): PlacedLayer & { scope: Scope } {
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
export function placed(slot: Slot, layer: string, offset: number): PlacedField {
  const field: PlacedField = {
    key: slot.key,
    field: slot.field,
    spec: slot.spec,
    bad: slot.bad,
    linked: slot.linked,
    path: slot.path,
    scope: slot.scope,
    name: fieldKeyIn(layer, slot.key),
    bits: slot.field.bits,
    bitOffset: offset * 8 + slot.bitOffset,
    parts: noParts,
  }
  if (slot.spec?.kind === 'parts') field.parts = partsOf(field)
  return field
}

const noParts: readonly PlacedField[] = []

/** Those of its value, each at its place. A text has hundreds: every key by itself. */
export function partsOf(whole: PlacedField): PlacedField[] {
  let at = whole.bitOffset
  return (whole.spec?.kind === 'parts' ? whole.spec.parts : []).map(({ name, bits, value }, i) => {
    const part: PlacedField = {
      key: whole.key,
      field: whole.field,
      spec: value,
      bad: whole.bad,
      linked: whole.linked,
      path: partPath(whole, name, i),
      scope: whole.scope,
      name: `${whole.name}.${name}`,
      bits,
      bitOffset: at,
      parts: noParts,
      whole: whole.name,
    }
    at += bits
    return part
  })
}

/** The number or the word that the profile has it under. */
function partPath({ path, scope, field }: PlacedField, name: string, index: number): YamlPath {
  const given = scope?.spec.fields[field.name]
  if (given?.kind !== 'string') return [...path, 'bits', index]
  const [word = ''] = name.split('.')
  return /^[A-Za-z_]/.test(word) ? [...path, word] : path
}

/** What is written: a field, or the parts in which it is given. */
export const piecesOf = (field: PlacedField): readonly PlacedField[] =>
  field.parts.length > 0 ? field.parts : [field]

/** In the order of the wire. */
export function placedFields({ layers, content }: Layout): readonly PlacedField[] {
  const fields = layers.flatMap(layer => layer.fields)
  return content ? [...fields, content] : fields
}

/** Its name in the stack: `vlan`, `vlan.2`. */
export function stackName(layers: readonly { name: string }[], index: number): string {
  const name = layers[index]!.name
  const count = layers.slice(0, index + 1).filter(layer => layer.name === name).length
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
