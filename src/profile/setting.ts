import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  Scalar,
  YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { toAlternative } from './alternatives.js'
import { markText, textOf } from './marks.js'
import type { YamlPath } from './model.js'
import { hintFor } from './suggest.js'

/** One `--set PATH=VALUE` after it was applied. */
export interface Setting {
  argument: string
  /** Where the value stands, with names turned into indices. */
  path: YamlPath
  /** Where VALUE begins in the argument: node ranges below `path` count from there. */
  offset: number
}

interface BadSetting {
  message: string
  hint?: string
  range: readonly [number, number]
}

type Step = string | number

/** An argument that was read: VALUE is YAML. */
export interface ReadSetting {
  argument: string
  words: readonly string[]
  value: Node | null
  offset: number
}

export function readSetting(argument: string): ReadSetting | BadSetting {
  const equals = argument.indexOf('=')
  const all = [0, argument.length] as const
  if (equals < 1)
    return { message: '`--set` needs PATH=VALUE', hint: 'such as `streams.udp.rate=1Mpps`', range: all }
  const value = parseDocument(argument.slice(equals + 1), { prettyErrors: false, logLevel: 'error' })
  const error = value.errors[0]
  if (error) return { message: error.message, range: [equals + 1 + error.pos[0], equals + 1 + error.pos[1]] }
  markText(value.contents, { argument, offset: equals + 1 })
  return { argument, words: argument.slice(0, equals).split('.'), value: value.contents, offset: equals + 1 }
}

/** Puts VALUE at PATH, which need not exist yet. */
export function applySetting(doc: Document, { argument, words, value, offset }: ReadSetting) {
  const path = place(doc, words, value)
  if ('message' in path) return { ...path, range: [0, offset - 1] } satisfies BadSetting
  return { argument, path: path.path, offset } satisfies Setting
}

type Placed = { path: YamlPath } | { message: string; hint?: string }

interface PlaceOptions {
  /** Where the path begins, if not at the document's top. */
  root?: Node
  /** The text that stands for the keys on the way, if they are new. */
  key?: Scalar
}

/** Walks down the path, making maps on the way, and puts the value at its end. */
export function place(
  doc: Document,
  words: readonly string[],
  value: Node | null,
  { root, key }: PlaceOptions = {},
): Placed {
  const path: Step[] = []
  let node: Node | null | undefined = root ?? doc.contents
  let put: (node: Node) => void = () => undefined
  const waiting = [...words]
  for (let word = waiting.shift(); word !== undefined; word = waiting.shift()) {
    if (isAlias(node)) node = node.resolve(doc)
    const holder = asCollection(doc, node, path)
    if (!holder)
      return {
        message: `\`${path.join('.')}\` holds one value, so \`${word}\` cannot stand in it`,
        hint: `give \`${path.at(-1)}\` itself a value`,
      }
    if (holder !== node) put(holder)
    const steps = toAlternative(doc, holder, word, waiting) ?? stepsTo(holder, word)
    if (!Array.isArray(steps)) return steps
    path.push(...steps)
    const parent = (steps.length === 1 ? holder : holder.getIn(steps.slice(0, -1))) as YAMLMap | YAMLSeq
    const last = steps.at(-1)!
    node = parent.get(last, true) as Node | null | undefined
    put = next => parent.set(key && isMap(parent) ? keyFor(last, key) : last, next)
  }
  put(value ?? (doc.createNode(null) as Node))
  return { path }
}

/** A new key that says where its text is. */
function keyFor(word: Step, { range, ...rest }: Scalar): Scalar {
  const key = new Scalar(word)
  if (range) key.range = range
  const text = textOf(rest as Node)
  if (text) markText(key, text)
  return key
}

/** What can hold keys: an absent or empty value becomes a map, a port's URI its long form. */
function asCollection(doc: Document, node: Node | null | undefined, path: readonly Step[]) {
  if (isMap(node) || isSeq(node)) return node
  if (node === undefined || node === null || (isScalar(node) && node.value === null))
    return new YAMLMap(doc.schema)
  if (path[0] !== 'ports' || path.length !== 2) return undefined
  const long = new YAMLMap(doc.schema)
  long.set('uri', node)
  return long
}

/** In a list: an index, the `name` of an item, or the single key of an item (a layer's header). */
export function stepsTo(holder: Node, word: string): Step[] | { message: string; hint?: string } {
  if (!isSeq(holder)) return [word]
  const { items } = holder
  if (/^\d+$/.test(word) && Number(word) < items.length) return [Number(word)]
  const byName = items.findIndex(item => isMap(item) && String(item.get('name')) === word)
  if (byName >= 0) return [byName]
  const byKey = items.findIndex(item => isMap(item) && item.has(word))
  if (byKey >= 0) return [byKey, word]
  return {
    message: `nothing in this list is called \`${word}\``,
    hint: hintFor(word, items.flatMap(namesOf)),
  }
}

const namesOf = (item: unknown, index: number): string[] => {
  if (!isMap(item)) return [String(index)]
  return item.has('name') ? [String(item.get('name'))] : item.items.map(pair => String(pair.key))
}
