import { ones, writeBits } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import type { Layout, PlacedField, PlacedLayer } from './layout.js'
import { split } from './parts.js'

/**
 * The bytes of one frame size, without the FCS: payload, then every header field that does not vary. A value that
 * the profile gave stands as it is, even a wrong length. What varies, and every checksum to be finished, stays zero.
 */
export function staticBytes(layout: Layout, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = layout.payloadOffset; i < length; i++)
    bytes[i] = layout.fill[(i - layout.payloadOffset) % layout.fill.length]!
  for (const layer of layout.layers)
    for (const field of layer.fields) writeField(bytes, field, computed(layer, field, length))
  return bytes
}

function writeField(bytes: Uint8Array, field: PlacedField, value: bigint): void {
  for (const part of split(field, field.spec ?? { kind: 'literal', value }) ?? [])
    if (part.spec.kind === 'literal') writeBits(bytes, part, part.spec.value)
}

/** What a field holds where the profile gave nothing: what the layer above asks for, else its default or its rule. */
function computed(layer: PlacedLayer, { field, linked }: PlacedField, length: number): bigint {
  if (linked !== undefined) return linked
  if (typeof field.default === 'bigint') return field.default
  return field.default({
    bytesFromHere: length - layer.offset,
    headerBytes: layer.bytes,
    next: layer.next,
  })
}

/** A frame longer than a length field can say. */
export function checkLengths(layout: Layout, length: number): Diagnostic[] {
  return layout.layers.flatMap(layer =>
    layer.fields
      .filter(field => !field.spec && computed(layer, field, length) > ones(field.bits))
      .map(field =>
        error(field.path.slice(0, 2).concat('frame'), {
          code: 'frame-too-long',
          message: `${field.name} cannot say ${computed(layer, field, length)} bytes in ${field.bits} bits`,
          hint: `give a shorter frame, or give ${field.name} a value`,
        }),
      ),
  )
}
