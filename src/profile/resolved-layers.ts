/** The layers of a stream, as `check --resolved` shows them. */
import type { Header } from '../templates/header.js'
import { isOpen, Scope, type Slot } from '../templates/header-table.js'
import { headers } from '../templates/headers/index.js'
import { flowText } from './flow-text.js'
import { formatField, formatFrame, formatPayload } from './format.js'
import { formatLiteral } from './literal.js'
import type { Alternative, LayerSpec, YamlPath } from './model.js'
import type { Origin, OriginOf, ResolvedRow } from './resolved-row.js'
import { layerDocument } from './write.js'

/** Where rows stand, as `--set` and as the file have it. */
interface Place {
  path: string
  inFile: YamlPath
  /** Names of the layers that may follow; a choice leaves several open. */
  after: readonly (string | undefined)[]
  originOf: OriginOf
}

/** `path` and `inFile` are those of the list. */
export function layersRows(layers: readonly LayerSpec[], place: Place): ResolvedRow[] {
  return layers.flatMap((layer, i) => {
    const alone = layers.filter(other => other.name === layer.name).length === 1
    const path = `${place.path}.${alone ? '' : `${i}.`}${layer.name}`
    const inFile = [...place.inFile, i, layer.name]
    const here = { ...place, path, inFile, after: firstOf(layers.slice(i + 1), place.after) }
    return layer.choice ? choiceRows(layer.choice, here) : layerRows(layer, here)
  })
}

/** What can come first of these layers, or behind them. */
function firstOf([layer, ...rest]: readonly LayerSpec[], after: Place['after']): Place['after'] {
  if (!layer) return after.length > 0 ? after : [undefined]
  if (!layer.choice) return [layer.name]
  return [...new Set(layer.choice.flatMap(({ layers }) => firstOf([...layers, ...rest], after)))]
}

function choiceRows(choice: readonly Alternative[], place: Place): ResolvedRow[] {
  return choice.flatMap(({ weight, name, layers, frame, signature }, k) => {
    const path = `${place.path}.${name ?? k}`
    const inFile = [...place.inFile, k]
    const row = (key: string, value: string | undefined): ResolvedRow[] =>
      value === undefined ? [] : [{ path: `${path}.${key}`, value, origin: place.originOf([...inFile, key]) }]
    return [
      ...row('weight', String(weight)),
      ...row('frame', frame && formatFrame(frame)),
      ...row('signature', signature === undefined ? undefined : String(signature)),
      ...layersRows(layers, { ...place, path: `${path}.layers`, inFile: [...inFile, 'layers'] }),
    ]
  })
}

function layerRows(layer: LayerSpec, { path, inFile, after, originOf }: Place): ResolvedRow[] {
  const payload = formatPayload(layer)
  if (payload !== undefined) return [{ path, value: payload, origin: originOf(inFile) }]
  const header = headers[layer.name]
  if (!header) return []
  const links = after.map(next => headers[next ?? '']?.on[layer.name] ?? {})
  const open = links.length > 1 ? links.flatMap(Object.keys) : []
  const lists = Object.entries(layer.lists ?? {}).filter(([list, items]) =>
    isOpen({ ...layer, lists: { [list]: items } }),
  )
  const fixed = {
    ...layer,
    lists: { ...layer.lists, ...Object.fromEntries(lists.map(([list]) => [list, []])) },
  }
  const { slots } = new Scope(header.members, fixed, links.length > 1 ? {} : links[0]!, inFile)
  const rows = slots.map((slot): ResolvedRow => {
    const { value, origin } = fieldValue(header, slot, open)
    // `{mss: 1460}` gives what its long form would.
    const short = originOf(slot.path) === 'default' ? originOf(slot.path.slice(0, -1)) : originOf(slot.path)
    const given = slot.scope.spec.fields[slot.field.name] !== undefined
    return { path: `${path}.${slot.key}`, value, origin: origin ?? (given ? short : 'default') }
  })
  return [...rows, ...lists.map(([list]) => openRow(layer, list, path, originOf([...inFile, list])))]
}

/** A list with alternatives has no one layout: it is shown as it could be written. */
function openRow(layer: LayerSpec, list: string, path: string, origin: Origin): ResolvedRow {
  const written = (layerDocument(layer)[layer.name] as Record<string, unknown>)[list]
  return { path: `${path}.${list}`, value: flowText(written), origin }
}

/** A field that the profile leaves out is computed, set by the layer above, or has its default. */
function fieldValue(
  header: Header,
  { key, field, linked, scope }: Slot,
  open: readonly string[],
): { value: string; origin?: Origin } {
  const given = scope.spec.fields[field.name]
  if (given) return { value: formatField(field, given) }
  if (linked !== undefined) return { value: formatLiteral(field, linked), origin: 'computed' }
  if (open.includes(key) || typeof field.default === 'function' || header.checksum?.field === key)
    return { value: 'computed', origin: 'computed' }
  return { value: formatLiteral(field, field.default), origin: 'default' }
}
