/** The texts of a stream whose lengths vary. */
import type {
  FieldSpec,
  LayerSpec,
  Length,
  StreamSpec,
  StringPiece,
  StringSpec,
  YamlPath,
} from '../profile/model.js'

/** Characters of several lengths: where they are, and which. */
export interface VaryingLength {
  path: YamlPath
  lengths: readonly Length[]
}

type Characters = Extract<StringPiece, { kind: 'chars' }>

/** Puts in the place of some characters what `change` makes of them. */
type Change = (characters: Characters, path: YamlPath) => Characters

/** In the order in which they stand in the frame. */
export function varyingLengths(layers: readonly LayerSpec[], path: YamlPath): VaryingLength[] {
  if (!layers.some(hasText)) return []
  const found: VaryingLength[] = []
  changeTexts(layers, path, (characters, where) => {
    if (characters.lengths.length > 1) found.push({ path: where, lengths: characters.lengths })
    return characters
  })
  return found
}

/** Most have none: there is nothing to walk through. */
const hasText = ({ fields, lists, content }: LayerSpec): boolean =>
  content !== undefined ||
  Object.values(fields).some(({ kind }) => kind === 'string') ||
  (lists !== undefined && Object.values(lists).some(items => items.some(hasText)))

/** The same layers with one length each: `chosen` has one for each of `varyingLengths`. */
export function withLengths(layers: StreamSpec['layers'], chosen: readonly Length[]): LayerSpec[] {
  let next = 0
  return changeTexts(layers, [], characters =>
    characters.lengths.length > 1 ? { ...characters, lengths: [chosen[next++]!] } : characters,
  )
}

const changeTexts = (layers: readonly LayerSpec[], path: YamlPath, change: Change): LayerSpec[] =>
  layers.map((layer, i) => changeLayer(layer, placeOf(layer, [...path, i]), change))

const placeOf = ({ name, path }: LayerSpec, here: YamlPath): YamlPath => [
  ...(path ?? here),
  ...(name === '' ? [] : [name]),
]

function changeLayer(layer: LayerSpec, path: YamlPath, change: Change): LayerSpec {
  const { fields, lists, content } = layer
  return {
    ...layer,
    fields: mapped(fields, (spec, name) => changeField(spec, name === '' ? path : [...path, name], change)),
    ...(lists && {
      lists: mapped(lists, (items, list) => changeTexts(items, [...path, list], change)),
    }),
    ...(content && { content: changeText(content, path, change) }),
  }
}

const changeField = (spec: FieldSpec, path: YamlPath, change: Change): FieldSpec =>
  spec.kind === 'string' ? changeText(spec, path, change) : spec

const changeText = (text: StringSpec, path: YamlPath, change: Change): StringSpec => ({
  ...text,
  pieces: text.pieces.map(piece =>
    piece.kind === 'chars'
      ? change(piece, [...path, ...(piece.name === '' ? [] : [piece.name]), 'length'])
      : piece,
  ),
})

const mapped = <T>(
  map: Readonly<Record<string, T>>,
  change: (value: T, key: string) => T,
): Record<string, T> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]))
