import { type Document, isAlias, isMap, isSeq, type Node } from 'yaml'
import { hintFor } from './suggest.js'

type Step = string | number

/**
 * `choice.tcp` of a stream is the first alternative of this name, wherever in the stream it stands. `waiting` are the
 * words behind `choice`; the name is taken from them. undefined: this is no stream with alternatives.
 */
export function toAlternative(
  doc: Document,
  stream: Node,
  word: string,
  waiting: string[],
): Step[] | { message: string; hint?: string } | undefined {
  if (word !== 'choice' || !isMap(stream) || !stream.has('layers')) return undefined
  const all = [...alternativesIn(doc, stream.get('layers', true) as Node, ['layers'])]
  if (all.length === 0) return undefined
  const name = waiting.shift() ?? ''
  const found = all.find(one => one.name === name)
  if (found) return found.path
  return {
    message: `no alternative of this stream is called \`${name}\``,
    hint: hintFor(
      name,
      all.map(one => one.name),
    ),
  }
}

/** Those with a name: the maps in the lists behind a key `choice`. */
function* alternativesIn(
  doc: Document,
  node: Node | null | undefined,
  path: Step[],
): Generator<{ name: string; path: Step[] }> {
  const here = isAlias(node) ? node.resolve(doc) : node
  if (isSeq(here)) {
    for (const [i, item] of here.items.entries()) {
      if (path.at(-1) === 'choice' && isMap(item) && item.has('name'))
        yield { name: String(item.get('name')), path: [...path, i] }
      yield* alternativesIn(doc, item as Node, [...path, i])
    }
  } else if (isMap(here)) {
    for (const { key, value } of here.items) yield* alternativesIn(doc, value as Node, [...path, String(key)])
  }
}
