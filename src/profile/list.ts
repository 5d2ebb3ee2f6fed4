import { fieldsOf, type Item, type List, listsOf } from '../templates/header.js'
import { isChoice, parseChoice } from './choice.js'
import { parseField } from './field.js'
import { generators } from './generator.js'
import type { FieldSpec, LayerSpec } from './model.js'
import { knownKeys, oneKey } from './one-key.js'
import { describe, isMap, type Report, within } from './problem.js'
import { hintFor } from './suggest.js'

/** Bounds what a short file can make the compiler hold; no header has room for more. */
const mostItems = 4096

/** Options and the like: `[{mss: 1460}, sackok, {ts: {value: 1}}]`, `[198.18.0.1, 198.18.0.2]`; or alternatives. */
export function parseList(list: List, input: unknown, report: Report): LayerSpec[] | undefined {
  if (isChoice(input)) {
    const choice = parseItem(list, input, report)
    return choice && [{ ...choice, alone: true }]
  }
  if (!Array.isArray(input)) {
    const hint = `write \`${list.list}: [${typeof input === 'string' ? input : '...'}]\``
    report({ code: 'wrong-type', message: `this must be a list, not ${describe(input)}`, hint, path: [] })
    return undefined
  }
  if (input.length > mostItems) {
    report({ code: 'out-of-range', message: `a list holds at most ${mostItems} items`, path: [] })
    return undefined
  }
  const items = input.map((item, i) => parseItem(list, item, within(report, [i])))
  return items.every(item => item !== undefined) ? items : undefined
}

function parseItem(list: List, input: unknown, report: Report): LayerSpec | undefined {
  const { items } = list
  if (isChoice(input) && knownKeys(input, ['choice'], report, []))
    return parseChoice(input.choice, (use, below) => parseList(list, use, below), report)
  const alone = items['']
  if (alone) return parseContent('', alone, input, report)
  const known = Object.keys(items)
  if (typeof input === 'string') return bareItem(items, input, report)
  if (!isMap(input)) {
    report({
      code: 'wrong-type',
      message: `an item has a name, this is ${describe(input)}`,
      hint: hintFor('', known),
      path: [],
    })
    return undefined
  }
  const entry = oneKey(input, known, 'an item of this list', report)
  return entry && parseContent(entry[0], items[entry[0]]!, entry[1], within(report, [entry[0]]))
}

/** `sackok`: all of it by default. */
function bareItem(items: List['items'], name: string, report: Report): LayerSpec | undefined {
  if (Object.hasOwn(items, name)) return { name, fields: {} }
  const hint = hintFor(name, Object.keys(items))
  report({ code: 'unknown-key', message: `\`${name}\` is not an item of this list`, hint, path: [] })
  return undefined
}

/** The fields of an item as a map, or its `short` field alone. */
function parseContent(name: string, item: Item, input: unknown, report: Report): LayerSpec | undefined {
  if (input === null || input === undefined) return { name, fields: {} }
  const short = fieldsOf(item.fields).find(field => field.name === item.short)
  if (short && !(isMap(input) && isContent(item, input))) {
    const value = parseField(short, input, report)
    return value && { name, fields: { [short.name]: value } }
  }
  return parseFields(name, item, input, report)
}

/** What a value can begin with that is written as a map. */
const valueKeys: readonly string[] = [...generators, 'hash', 'bits', 'text', 'bytes']

/** Not a value for the short field. */
function isContent(item: Item, input: object): boolean {
  const keys = Object.keys(input)
  if (item.short === '') return keys.length === 0
  const known = keysOf(item)
  return !keys.some(key => valueKeys.includes(key) && !known.includes(key))
}

const keysOf = ({ fields }: Item): string[] => [
  ...fieldsOf(fields).map(({ name }) => name),
  ...listsOf(fields).map(({ list }) => list),
]

function parseFields(name: string, item: Item, input: unknown, report: Report): LayerSpec | undefined {
  const known = keysOf(item)
  if (!knownKeys(input, known, report, [])) return undefined
  const fields = new Map<string, FieldSpec | undefined>()
  const lists = new Map<string, LayerSpec[] | undefined>()
  for (const field of fieldsOf(item.fields).filter(({ name }) => input[name] !== undefined))
    fields.set(field.name, parseField(field, input[field.name], within(report, [field.name])))
  for (const list of listsOf(item.fields).filter(({ list }) => input[list] !== undefined))
    lists.set(list.list, parseList(list, input[list.list], within(report, [list.list])))
  const parsed = [...fields.values(), ...lists.values()].every(value => value !== undefined)
  if (!parsed || Object.keys(input).some(key => !known.includes(key))) return undefined
  return {
    name,
    fields: Object.fromEntries(fields) as LayerSpec['fields'],
    ...(lists.size > 0 && { lists: Object.fromEntries(lists) as NonNullable<LayerSpec['lists']> }),
  }
}
