import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node } from 'yaml'
import { likeOf, type MarkedText, textOf } from './marks.js'
import type { YamlPath } from './model.js'
import type { Setting } from './setting.js'

/** Where something stands; lines and columns count from 1, `endColumn` is just behind it. */
export interface Position {
  line: number
  column: number
  endColumn: number
  /** The `--set` argument, or the user's configuration, that it came from; line and column are inside this text. */
  setting?: string
  /** Of a configuration: its name. */
  settingFile?: string
}

export interface Source {
  doc: Document
  text: string
  starts: readonly number[]
  settings: readonly Setting[]
}

/** The value at `path` or its key; where there is none, the nearest parent that exists. */
export function locateIn({ doc, text, starts, settings }: Source, path: YamlPath, at?: 'key'): Position {
  const { depth, node, key } = walk(doc, path)
  const found = path.slice(0, depth)
  const atKey = at === 'key' && depth === path.length
  const owner = settings.findLast(setting => startsWith(found, setting.path))
  const isSetItself = owner?.path.length === depth
  const shown = !atKey && hasText(node) ? node : !atKey && isSetItself ? undefined : key
  const range = shown?.range
  const argument = textOf(shown)
  if (argument && range) return inText(argument, range)
  if (owner && !(atKey && isSetItself)) return inSetting(owner.argument, shifted(owner, range))
  if (range) return positionOf(text, range[0], range[1], starts)
  const maker = settings.findLast(setting => startsWith(setting.path, found))
  if (maker) return inSetting(maker.argument, [0, maker.offset - 1])
  // An item of a list that is only a dash.
  const place = node?.range?.[0]
  if (place === undefined) return positionOf(text, 0, text.length, starts)
  return positionOf(text, place, place, starts)
}

type Range = readonly [start: number, end: number, ...rest: number[]]

const shifted = (
  { argument, offset }: Pick<Setting, 'argument' | 'offset'>,
  range: Range | null | undefined,
): Range => (range ? [offset + range[0], offset + range[1]] : [0, argument.length])

/** Who gave a value. */
export type GivenBy = 'config' | 'profile' | '--set'

export function originIn({ doc, settings }: Source, path: YamlPath): GivenBy | undefined {
  if (settings.some(setting => startsWith(path, setting.path) || startsWith(setting.path, path)))
    return '--set'
  const { depth, node } = walk(doc, path)
  if (depth < path.length) return undefined
  const text = textOf(node)
  if (!text) return 'profile'
  return text.file === undefined ? '--set' : 'config'
}

/** The same with the line: `profile:12`; `like fill:8` is line 8, which the stream has taken over from `fill`. */
export function placeIn(source: Source, path: YamlPath): string | undefined {
  const origin = originIn(source, path)
  if (origin === undefined || origin === '--set') return origin
  const { line } = locateIn(source, path)
  const base = origin === 'profile' ? likeOf(walk(source.doc, path).node) : undefined
  return `${base === undefined ? origin : `like ${base}`}:${line}`
}

const startsWith = (path: YamlPath, start: YamlPath): boolean =>
  start.every((step, i) => String(path[i]) === String(step))

/** False for an empty value (`frame:`), which has no text to point at. */
const hasText = (node: Node | undefined): boolean => node?.range != null && node.range[1] > node.range[0]

/** What a step leads to; `key` is missing in lists, and where `--set` made the key. */
interface Child {
  node: Node | undefined
  key: Node | undefined
}

/** Follows `path` as far as it goes. */
function walk(doc: Document, path: YamlPath): Child & { depth: number } {
  let child: Child = { node: doc.contents ?? undefined, key: undefined }
  for (const [depth, step] of path.entries()) {
    const next = childOf(isAlias(child.node) ? child.node.resolve(doc) : child.node, step)
    if (!next) return { ...child, depth }
    child = next
  }
  return { ...child, depth: path.length }
}

function childOf(node: Node | undefined, step: string | number): Child | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step))
    return pair && { node: asNode(pair.value), key: asNode(pair.key) }
  }
  const item = isSeq(node) ? asNode(node.items[Number(step)]) : undefined
  return item && { node: item, key: undefined }
}

const asNode = (value: unknown): Node | undefined => (isNode(value) ? value : undefined)

/** Of a node, wherever its text is. */
export function positionOfNode(node: Node | undefined, text: string, starts: readonly number[]): Position {
  const range = node?.range ?? [0, text.length]
  const argument = textOf(node)
  return argument ? inText(argument, range) : positionOf(text, range[0], range[1], starts)
}

const inText = (text: MarkedText, range: Range): Position => ({
  ...inSetting(text.argument, shifted(text, range)),
  ...(text.file !== undefined && { settingFile: text.file }),
})

export const inSetting = (setting: string, [start, end]: Range): Position => ({
  ...positionOf(setting, start, end),
  setting,
})

/** Line and column of an offset; what runs over several lines is marked to the end of the first. */
export function positionOf(
  text: string,
  start: number,
  end: number,
  starts: readonly number[] = lineStarts(text),
): Position {
  const line = lineAt(starts, start)
  const lineEnd = (starts[line] ?? text.length + 1) - 1
  const column = start - starts[line - 1]! + 1
  const stop = text.slice(start, Math.min(end, lineEnd)).trimEnd().length
  return { line, column, endColumn: column + Math.max(1, stop) }
}

/** The offset of each line. A file with many mistakes is searched for each of them. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** The last line that starts at or before `offset`, counted from 1. */
function lineAt(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle
  }
  return low + 1
}
