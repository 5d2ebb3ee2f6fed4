import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, YAMLMap } from 'yaml'
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

/** Puts VALUE (read as YAML) at PATH, which need not exist yet. */
export function applySetting(doc: Document, argument: string): Setting | BadSetting {
  const equals = argument.indexOf('=')
  const all = [0, argument.length] as const
  if (equals < 1)
    return { message: '`--set` needs PATH=VALUE', hint: 'such as `streams.udp.rate=1Mpps`', range: all }
  const value = parseDocument(argument.slice(equals + 1), { prettyErrors: false, logLevel: 'error' })
  const error = value.errors[0]
  if (error) return { message: error.message, range: [equals + 1 + error.pos[0], equals + 1 + error.pos[1]] }
  const path = place(doc, argument.slice(0, equals).split('.'), value.contents)
  return 'message' in path
    ? { ...path, range: [0, equals] }
    : { argument, path: path.path, offset: equals + 1 }
}

type Placed = { path: YamlPath } | { message: string; hint?: string }

/** Walks down the path, making maps on the way, and puts the value at its end. */
function place(doc: Document, words: readonly string[], value: Node | null): Placed {
  const path: Step[] = []
  let node: Node | null | undefined = doc.contents
  let put: (node: Node) => void = () => undefined
  for (const word of words) {
    if (isAlias(node)) node = node.resolve(doc)
    const holder = asCollection(doc, node, path)
    if (!holder)
      return { message: `\`${path.join('.')}\` holds one value, so \`${word}\` cannot stand in it` }
    if (holder !== node) put(holder)
    const steps = stepsTo(holder, word)
    if (!Array.isArray(steps)) return steps
    path.push(...steps)
    const parent = steps.length === 2 ? (holder.get(steps[0]) as YAMLMap) : holder
    const last = steps.at(-1)!
    node = parent.get(last, true) as Node | null | undefined
    put = next => parent.set(last, next)
  }
  put(value ?? (doc.createNode(null) as Node))
  return { path }
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
function stepsTo(holder: Node, word: string): Step[] | { message: string; hint?: string } {
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
