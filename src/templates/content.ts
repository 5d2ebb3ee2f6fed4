/** What varies in the payload: it is laid out when the frame sizes are known, and has no place under the signature. */
import type { StreamSpec, StringSpec, YamlPath } from '../profile/model.js'
import { ones } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import { Scope } from './header-table.js'
import { type Layout, type PlacedField, packetEnd, pathOf, payloadName, placed } from './layout.js'
import { bytes } from './members.js'
import { SIGNATURE_BYTES } from './plan.js'
import { isOpen, withRoom } from './strings.js'

interface Filled {
  layout: Layout
  diagnostics: readonly Diagnostic[]
}

/** As long as it is given, or as frames of these lengths (without the FCS) have room. */
export function withContent(
  layout: Layout,
  stream: StreamSpec,
  lengths: readonly number[],
  path: YamlPath,
): Filled {
  const at = stream.layers.findIndex(layer => layer.content !== undefined)
  const content = stream.layers[at]?.content
  if (!content || lengths.length === 0) return { layout, diagnostics: [] }
  const here = pathOf(stream.layers, at, path)
  const { within } = stream.layers[at]!
  const room = Math.max(0, packetEnd(layout, Math.min(...lengths)) - layout.payloadOffset)
  const spec = { name: payloadName, fields: { '': withRoom(content, room) }, ...(within && { within }) }
  const scope = new Scope([bytes('', payloadName, () => 0)], spec, {}, here)
  const field = placed(scope.slots[0]!, payloadName, layout.payloadOffset)
  return { layout: { ...layout, content: field }, diagnostics: checkContent(content, field, room, lengths) }
}

function checkContent(
  content: StringSpec,
  { bits, path }: PlacedField,
  room: number,
  lengths: readonly number[],
): Diagnostic[] {
  const wrong = (code: string, message: string, hint: string) => [error(path, { code, message, hint })]
  if (isOpen(content) && new Set(lengths).size > 1)
    return wrong(
      'payload-varies',
      'what fills the payload is as long in every packet, but the frames differ',
      'give it a `length` that the smallest frame holds, or a stream for each frame size',
    )
  if (bits <= room * 8) return []
  const message = `the payload has ${bits / 8} bytes, and the smallest frame has room for ${room}`
  return wrong('frame-too-short', message, 'give a longer frame, or a shorter payload')
}

/** Signatures take the place of the characters that they cover: these are not drawn. */
export function beside(layout: Layout, signatures: readonly number[]): Layout {
  const { content } = layout
  if (!content || signatures.length === 0) return layout
  const parts = signatures.reduce(
    (left, at) => left.flatMap(part => uncovered(part, at * 8, (at + SIGNATURE_BYTES) * 8)),
    content.parts,
  )
  // A whole without parts would be written itself.
  return { ...layout, content: parts.length > 0 ? { ...content, parts } : undefined }
}

/** Characters are one byte; of a word of random bytes, what lies behind the signature or before it is left. */
function uncovered(part: PlacedField, start: number, end: number): PlacedField[] {
  const [from, to] = [part.bitOffset, part.bitOffset + part.bits]
  if (to <= start || from >= end) return [part]
  const [left, right] = from < start ? [from, start] : [end, to]
  const bits = right - left
  if (bits <= 0 || part.spec?.kind !== 'random') return []
  return [{ ...part, bitOffset: left, bits, spec: { ...part.spec, low: 0n, high: ones(bits) } }]
}
