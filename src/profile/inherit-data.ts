/**
 * `like` and `set` in plain data, as inherit.ts has them in a document: for thousands of streams that differ in a value, which
 * is where a document, with its positions, takes ten times as long. Whatever is not the plainest of cases is left to it.
 */
import { headers } from '../templates/headers/index.js'
import { own, rivals } from './inherit.js'
import { isMap, type YamlMap } from './problem.js'

/** undefined: ask the document. */
export function inheritData(streams: readonly unknown[]): unknown[] | undefined {
  const done = new Map<unknown, YamlMap>()
  const found: unknown[] = []
  for (const stream of streams) {
    if (!isMap(stream)) return undefined
    const whole = 'like' in stream || 'set' in stream ? takeOver(stream, done.get(stream.like)) : stream
    if (!whole) return undefined
    found.push(whole)
    if (!done.has(stream.name)) done.set(stream.name, whole)
  }
  return found
}

/** `base` stands above, and has taken over what it is like itself. */
function takeOver({ like, set = {}, ...given }: YamlMap, base: YamlMap | undefined): YamlMap | undefined {
  if (typeof like !== 'string' || !base || !isMap(set) || 'pcap' in base || 'pcap' in given) return undefined
  const left = [...own, ...Object.keys(given).flatMap(rivalsOf)]
  const whole: YamlMap = {}
  // Loops: for thousands of streams, lists of entries are most of the time.
  for (const key in given) if (given[key] !== null) whole[key] = given[key]
  for (const key in base)
    if (base[key] !== null && !Object.hasOwn(given, key) && !left.includes(key)) whole[key] = base[key]
  return changed(whole, set)
}

const rivalsOf = (key: string): readonly string[] => rivals.get(key) ?? []

function changed(stream: YamlMap, set: YamlMap): YamlMap | undefined {
  for (const [path, value] of Object.entries(set)) {
    const [word = '', field, ...deeper] = path.split('.')
    for (const rival of rivalsOf(path)) delete stream[rival]
    if (field === undefined && isStreamKey(word)) stream[word] = value
    else {
      const layers = field && deeper.length === 0 ? withField(stream.layers, word, field, value) : undefined
      if (!layers) return undefined
      stream.layers = layers
    }
  }
  return stream
}

const isStreamKey = (word: string): boolean =>
  !Object.hasOwn(headers, word) && ![...own, 'payload', 'choice'].includes(word)

/** The first layer of this name gets another value; the base keeps its own. */
function withField(layers: unknown, name: string, field: string, value: unknown): unknown[] | undefined {
  if (!Array.isArray(layers) || !layers.every(isHeader)) return undefined
  const at = layers.findIndex(layer => Object.hasOwn(layer, name))
  const fields = layers[at]?.[name]
  return isMap(fields) ? layers.with(at, { ...layers[at], [name]: { ...fields, [field]: value } }) : undefined
}

/** No `choice`, of which `set` may mean an alternative, and nothing that has a name. */
const isHeader = (layer: unknown): layer is YamlMap =>
  isMap(layer) && Object.keys(layer).every(key => Object.hasOwn(headers, key) || key === 'payload')
