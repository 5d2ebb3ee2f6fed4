import { ones, writeBits } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import { type Layout, type PlacedField, type PlacedLayer, packetEnd, placedFields } from './layout.js'
import { split } from './parts.js'

/**
 * The bytes of one frame size, without the FCS: payload, then every header field that does not vary. A value that
 * the profile gave stands as it is, even a wrong length. What varies, and every checksum to be finished, stays zero.
 */
export function staticBytes(layout: Layout, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  const end = packetEnd(layout, length)
  for (let i = layout.payloadOffset; i < end; i++)
    bytes[i] = layout.fill[(i - layout.payloadOffset) % layout.fill.length]!
  for (const layer of layout.layers)
    for (const field of layer.fields) if (field.parts.length === 0) writeField(bytes, field, layer, end)
  // What varies is zero until it is written, and so is what it covers of the fill.
  for (const part of layout.content?.parts ?? []) writeBits(bytes, part, 0n)
  for (const { parts } of placedFields(layout)) for (const part of parts) writeField(bytes, part, null, end)
  return bytes
}

/** Parts of a field (no layer) are all given. */
function writeField(bytes: Uint8Array, field: PlacedField, layer: PlacedLayer | null, end: number): void {
  const { spec } = field
  if (!spec) writeBits(bytes, field, layer ? computed(layer, field, end) : 0n)
  else if (spec.kind === 'literal') writeBits(bytes, field, spec.value)
  else if (spec.kind !== 'parts')
    for (const part of split(field, spec) ?? [])
      if (part.spec.kind === 'literal') writeBits(bytes, part, part.spec.value)
}

/**
 * What a field holds where the profile gave nothing: what the layer above asks for, else its default or its rule.
 * `end` is where the packet ends.
 */
export function computed(layer: PlacedLayer, { field, linked, scope }: PlacedField, end: number): bigint {
  if (linked !== undefined) return linked
  if (!scope) return 0n
  if (typeof field.default === 'bigint') return field.default
  const start = layer.offset + scope.bitOffset / 8
  const sized = { bytesFromHere: end - start, headerBytes: scope.bits / 8, next: layer.next }
  const value = field.default(scope.context(sized))
  // Less than nothing is said by a rule about a frame too short for it, which checkRoom reports.
  return value < 0n ? 0n : value
}

/**
 * What a length field cannot say: of a frame that is too long, or of a header with too many options. Only rules can say
 * too much: constants fit.
 */
export function checkLengths(layout: Layout, length: number): Diagnostic[] {
  const end = packetEnd(layout, length)
  return layout.layers.flatMap(layer =>
    layer.fields
      .filter(field => !field.spec && typeof field.field.default === 'function')
      .filter(field => computed(layer, field, end) > ones(field.bits))
      .map(field => tooLong(field, computed(layer, field, end), computed(layer, field, end + 1024))),
  )
}

function tooLong({ name, bits, path }: PlacedField, value: bigint, longer: bigint): Diagnostic {
  const message = `${name} cannot say ${value} in ${bits} bits`
  if (value === longer)
    return error(path, {
      code: 'header-too-long',
      message,
      hint: `give fewer or shorter options, or give ${name} a value`,
    })
  return error(path.slice(0, 2).concat('frame'), {
    code: 'frame-too-long',
    message,
    hint: `give a shorter frame, or give ${name} a value`,
  })
}
