/** Fields that say which header comes next, such as the protocol of IP: drawn ones say something else than what follows. */
import { type Diagnostic, warning } from './diagnostic.js'
import { varyingParts } from './fields.js'
import { headers } from './headers/index.js'
import { type Layout, type PlacedField, type PlacedLayer, piecesOf } from './layout.js'
import { formatValue } from './values.js'

/** Over a payload, which is whatever it is, they may be drawn without a word. */
export function checkSelectors({ layers }: Layout): Diagnostic[] {
  return layers.flatMap(layer => {
    const links = headers[layer.next ?? '']?.on[layer.header.name] ?? {}
    return layer.fields
      .filter(field => field.key in links && isDrawn(field) && !isReply(layer, field, links))
      .map(field => warned(field, layer.next!, links[field.key]!))
  })
}

const isDrawn = (field: PlacedField): boolean => piecesOf(field).some(piece => varyingParts(piece).length > 0)

/** The value of a `src` that `isReply` looks at. */
export const repliesTo = ({ header, next }: PlacedLayer, key: string): boolean =>
  key === 'src' && headers[next ?? '']?.on[header.name]?.dst !== undefined

/** From the port that requests go to: a reader knows it by its source. */
function isReply(
  { fields }: PlacedLayer,
  { key }: PlacedField,
  links: Readonly<Record<string, bigint>>,
): boolean {
  const src = key === 'dst' ? fields.find(field => field.key === 'src')?.spec : undefined
  return src?.kind === 'literal' && src.value === links.dst
}

const warned = ({ name, path, field }: PlacedField, next: string, expected: bigint): Diagnostic =>
  warning(path, {
    code: 'next-layer-drawn',
    message: `${name} is drawn, and says what follows: where it is not ${formatValue(field, expected)}, devices and tshark read ${next} as something else`,
    hint: `leave it out and it fits; \`choice\` sends several protocols, each in its own form`,
  })
