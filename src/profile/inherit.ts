import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  visit,
  YAMLMap,
} from 'yaml'
import { headers } from '../templates/headers/index.js'
import { markLike, type NodeProblem } from './marks.js'
import { place } from './setting.js'
import { ofCapture } from './sources.js'
import { hintFor } from './suggest.js'

/** What a stream never takes over. */
export const own = ['name', 'like', 'set']
/** Of these a stream has one: giving one leaves the others behind. */
export const rivals = new Map<string, readonly string[]>([
  ['rate', ['share', 'timing']],
  ['share', ['rate', 'timing']],
  ['timing', ['rate', 'share']],
  ['pcap', ['frame', 'layers']],
  ['frame', ofCapture],
  ['layers', ofCapture],
])

interface Streams {
  doc: Document
  resolved(alias: Alias): Node | undefined
  items: unknown[]
  names: readonly string[]
  state: ('open' | 'under way' | 'done')[]
  problems: NodeProblem[]
  /** Streams whose `like` leads nowhere. */
  broken: Set<number>
}

/**
 * `like: NAME`: copies into each stream what it does not give itself; a key with no value takes away what it would
 * get. The copies keep their place in the text, so that a mistake is shown where it stands, and once.
 */
export function inherit(doc: Document): Pick<Streams, 'problems' | 'broken'> {
  const list = doc.get('streams', true)
  const node = isAlias(list) ? list.resolve(doc) : list
  const resolved = resolverOf(doc)
  const streams: Streams = { doc, resolved, items: [], names: [], state: [], problems: [], broken: new Set() }
  if (!isSeq(node)) return streams
  for (const [i, item] of node.items.entries())
    if (isAlias(item)) node.items[i] = resolved(item)?.clone() ?? item
  streams.items = node.items
  streams.names = node.items.map(item => (isMap(item) ? String(item.get('name')) : ''))
  for (const i of node.items.keys()) expand(streams, i)
  return streams
}

/** `Alias.resolve` takes a walk through the text for each; the first one asked for walks for all. */
function resolverOf(doc: Document): (alias: Alias) => Node | undefined {
  let known: Map<Alias, Node | undefined> | undefined
  return alias => {
    known ??= aliasTargets(doc)
    return known.has(alias) ? known.get(alias) : alias.resolve(doc)
  }
}

/** The last anchor of its name above it. */
function aliasTargets(doc: Document): Map<Alias, Node | undefined> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Alias, Node | undefined>()
  visit(doc, {
    Alias: (_, alias) => void targets.set(alias, anchors.get(alias.source)),
    Node: (_, node) => {
      if ('anchor' in node && node.anchor) anchors.set(node.anchor, node as Node)
    },
  })
  return targets
}

function expand(streams: Streams, i: number): void {
  const stream = streams.items[i]
  if (!isMap(stream) || streams.state[i] === 'done') return
  streams.state[i] = 'under way'
  const like = pairOf(stream, 'like')
  const set = pairOf(stream, 'set')
  const captured = pairOf(stream, 'pcap')
  if (like) takeOver(streams, i, stream, like.value as Node)
  else if (set && !captured)
    streams.problems.push({
      code: 'bad-set',
      message: '`set` changes what `like` or `pcap` brings, and there is neither',
      hint: 'write the value where it belongs',
      node: set.key as Scalar,
    })
  if (like) stream.delete('like')
  if (set && !pairOf(stream, 'pcap')) stream.delete('set')
  streams.state[i] = 'done'
}

function takeOver(streams: Streams, i: number, stream: YAMLMap, like: Node): void {
  const base = baseOf(streams, i, like)
  if (base === undefined) {
    streams.broken.add(i)
    return
  }
  if (streams.broken.has(base)) streams.broken.add(i)
  const given = stream.items.map(pair => String(pair.key))
  const left = [...own, ...given, ...given.flatMap(key => rivals.get(key) ?? [])]
  const parent = streams.items[base] as YAMLMap
  for (const pair of parent.items)
    if (!left.includes(String(pair.key))) stream.items.push(takenFrom(pair, String(parent.get('name'))))
  stream.items = stream.items.filter(pair => !takesAway(pair))
  const { rewrites } = change(streams, stream)
  if (pairOf(stream, 'pcap')) setRewrites(stream, rewrites, parent.get('set', true))
}

function takenFrom(pair: Pair, stream: string): Pair {
  const copy = pair.clone()
  for (const node of [copy.key, copy.value]) if (isNode(node)) markLike(node, stream)
  return copy
}

/** What a capture's fields are set to, by the base and by the stream itself, whose word counts more. */
function setRewrites(stream: YAMLMap, rewrites: readonly Pair[], base: unknown): void {
  const names = rewrites.map(({ key }) => String(key))
  const inherited = isMap(base) ? base.items.filter(({ key }) => !names.includes(String(key))) : []
  stream.delete('set')
  if (inherited.length + rewrites.length === 0) return
  const set = new YAMLMap()
  set.items = [...inherited.map(pair => pair.clone()), ...rewrites]
  stream.set('set', set)
}

/** `count:` with nothing behind it: this stream has none, although the other one has. */
const takesAway = ({ value }: { value?: unknown }): boolean =>
  value === null || (isScalar(value) && value.value === null)

/** The stream that is meant, with all that it takes over itself. */
function baseOf(streams: Streams, i: number, like: Node): number | undefined {
  const node = isAlias(like) ? streams.resolved(like) : like
  const wrong = (code: string, message: string, hint: string) => {
    streams.problems.push({ code, message, hint, node: like })
    return undefined
  }
  if (!isScalar(node) || typeof node.value !== 'string')
    return wrong('wrong-type', '`like` is the name of a stream', 'such as `like: fill`')
  const { names } = streams
  const base = names.indexOf(node.value)
  if (base < 0)
    return wrong(
      'unknown-stream',
      `no stream is called \`${node.value}\``,
      hintFor(
        node.value,
        names.filter((name, k) => name !== '' && k !== i),
      ),
    )
  if (streams.state[base] === 'under way')
    return wrong(
      'like-cycle',
      base === i ? 'a stream cannot be like itself' : `\`${node.value}\` is itself like this stream`,
      'one of them must say it all',
    )
  expand(streams, base)
  return base
}

/** Puts the values of `set` in their places; fields of captured packets have none, and are handed back. */
function change({ doc, problems }: Streams, stream: YAMLMap): { rewrites: readonly Pair[] } {
  const rewrites: Pair[] = []
  const node = stream.get('set', true)
  const set = isAlias(node) ? node.resolve(doc) : node
  if (set === undefined) return { rewrites }
  if (!isMap(set)) {
    const message = '`set` is a map of paths and values'
    problems.push({ code: 'wrong-type', message, hint: 'such as `{udp.dst: 443}`', node: node as Node })
    return { rewrites }
  }
  const captured = pairOf(stream, 'pcap') !== undefined
  for (const pair of set.items) {
    const { key, value } = pair as unknown as { key: Scalar; value: Node | null }
    const words = String(key).split('.')
    const isField = Object.hasOwn(headers, words[0]!) || words[0] === 'payload'
    if (captured && isField) {
      rewrites.push(pair)
      continue
    }
    for (const rival of rivals.get(String(key)) ?? []) stream.delete(rival)
    const path = isField ? ['layers', ...words] : words
    const placed = place(doc, path, value, { root: stream, key })
    if ('message' in placed) problems.push({ code: 'bad-set', ...placed, node: key })
  }
  return { rewrites }
}

const pairOf = (map: YAMLMap, key: string) => map.items.find(pair => String(pair.key) === key)
