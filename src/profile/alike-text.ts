/**
 * The data of a text whose streams a script wrote: thousands of items that differ in nothing but values. One of each
 * shape is parsed, with marks in place of its values, and the others are cast from what came out; a parser that reads
 * each of them takes five times as long. A shape is the item's text without its values, so what holds of one item holds of all.
 */
import { CORE_SCHEMA, load } from 'js-yaml'
import { isMap, type YamlMap } from './problem.js'

/** Of fewer streams than this, or fewer of each shape, there is nothing to gain. */
const fewest = 64
const fewestAlike = 8

/** What a mark begins with: nobody's word. */
const MARK = 'zqmark'

/** A whole value on one line: quoted without escapes, or plain, where another plain word would be one as well. */
const VALUE = /(: |[[,] ?|- )('[^'\n]*'|"[^"\n]*"|[A-Za-z0-9=][\w.:/%+=-]*)(?<!:)(?= *(?:\n|$|[,\]}]))/g

interface Item {
  shape: number
  values: readonly string[]
}

interface Text {
  head: string
  shapes: readonly string[]
  items: readonly Item[]
  tail: string
}

/** undefined: read the text as a whole. */
export function loadAlike(text: string): YamlMap | undefined {
  const parts = text.includes(MARK) ? undefined : partsOf(text)
  if (!parts?.shapes.every(isClosed)) return undefined
  const { head, shapes, items, tail } = parts
  const marked = shapes.map((shape, k) => withMarks(shape, k))
  const data = load([head, ...marked, tail].join('\n'), { schema: CORE_SCHEMA })
  if (!isMap(data) || !Array.isArray(data.streams) || data.streams.length !== shapes.length) return undefined
  const casts = data.streams.map((stream, k) => castOf(stream, k, holesIn(shapes[k]!)))
  if (!casts.every(cast => cast !== undefined)) return undefined
  const scalarOf = scalars()
  return { ...data, streams: items.map(({ shape, values }) => casts[shape]!(values.map(scalarOf))) }
}

function partsOf(text: string): Text | undefined {
  const found = /^streams: *\n( *)- /m.exec(text)
  if (!found) return undefined
  const [line, indent = ''] = found
  const start = found.index + line.indexOf('\n') + 1
  const rest = text.slice(start)
  const end = rest.search(new RegExp(`^(?!${indent}(?:- | )| *$)`, 'm'))
  const body = (end < 0 ? rest : rest.slice(0, end)).replace(/\n$/, '')
  const texts = `\n${body}`.split(`\n${indent}- `).slice(1)
  if (texts.length < fewest || body.includes('#')) return undefined
  const numbers = new Map<string, number>()
  const items: Item[] = []
  for (const item of texts) {
    const values: string[] = []
    const shape = item.replace(VALUE, (_, before: string, value: string) => {
      values.push(value)
      return isQuoted(value) ? `${before}'\0'` : `${before}\0`
    })
    if (!numbers.has(shape)) numbers.set(shape, numbers.size)
    items.push({ shape: numbers.get(shape)!, values })
    if (numbers.size * fewestAlike > texts.length) return undefined
  }
  const shapes = [...numbers.keys()].map(shape => `${indent}- ${shape}`)
  return { head: text.slice(0, start - 1), shapes, items, tail: end < 0 ? '' : rest.slice(end) }
}

/** Nothing that was opened in it goes on in the next item. */
const isClosed = (shape: string): boolean =>
  ['{}', '[]'].every(([open, close]) => shape.split(open!).length === shape.split(close!).length) &&
  [`'`, '"'].every(quote => shape.split(quote).length % 2 === 1)

const holesIn = (shape: string): number => shape.split('\0').length - 1

function withMarks(shape: string, k: number): string {
  let hole = 0
  return shape.replaceAll('\0', () => markOf(k, hole++))
}

const markOf = (shape: number, hole: number): string => `${MARK}${shape}x${hole}`

/** A parsed value by its text. */
type Cast = (values: readonly unknown[]) => unknown

/** undefined: not every mark is a value by itself, or one stands twice. */
function castOf(stream: unknown, shape: number, holes: number): Cast | undefined {
  const places = new Map(Array.from({ length: holes }, (_, hole) => [markOf(shape, hole), hole] as const))
  const cast = castOfNode(stream, places)
  return places.size === 0 ? (cast ?? (() => stream)) : undefined
}

/** undefined: no mark is in it. Each one that is found leaves `places`. */
function castOfNode(node: unknown, places: Map<string, number>): Cast | undefined {
  if (typeof node === 'string') {
    const hole = places.get(node)
    places.delete(node)
    return hole === undefined ? undefined : values => values[hole]
  }
  if (typeof node !== 'object' || node === null) return undefined
  const first = places.size
  const parts = Object.entries(node).flatMap(([key, child]) => {
    const held = [...places.values()]
    const cast = castOfNode(child, places)
    if (!cast) return []
    const left = new Set(places.values())
    const inside = held.filter(hole => !left.has(hole))
    return [{ key, cast: Array.isArray(node) ? once(cast, inside) : cast }]
  })
  if (places.size === first) return undefined
  return (values: readonly unknown[]) => {
    const copy = Array.isArray(node) ? [...node] : { ...node }
    for (const { key, cast } of parts) (copy as YamlMap)[key] = cast(values)
    return copy
  }
}

/** Equal items of a list, such as layers, are one object, of which whoever comes next has to know but once. */
function once(make: Cast, inside: readonly number[]): Cast {
  const known = new Map<string, unknown>()
  return values => {
    let key = ''
    for (const hole of inside) key += `${typeof values[hole]} ${values[hole]}\n`
    const found = known.get(key) ?? make(values)
    known.set(key, found)
    return found
  }
}

/** Asked of every value of thousands of streams, so by no expression. */
const isQuoted = (text: string): boolean => text.startsWith("'") || text.startsWith('"')

/** As the parser would have them; it is asked only where a word could be something else than itself. */
function scalars(): (text: string) => unknown {
  const known = new Map<string, unknown>()
  return text => {
    if (isQuoted(text)) return text.slice(1, -1)
    if (/^[A-Za-z=]/.test(text) ? !/^(?:true|false|null)$/i.test(text) : /\..*\.|:|\//.test(text)) return text
    if (!known.has(text)) known.set(text, load(text, { schema: CORE_SCHEMA }))
    return known.get(text)
  }
}
