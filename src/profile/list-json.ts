import { type Field, fieldsOf, type Header, type Item, type List, listsOf } from '../templates/header.js'
import { fieldJson, fieldRef, kindName } from './field-json.js'

type Json = Record<string, unknown>

/** The JSON Schema of a list: what `parseList` reads. */
export function listJson({ items }: List): Json {
  const alone = items['']
  return { type: 'array', items: alone ? contentJson(alone) : kindsJson(items) }
}

/** `sackok`, `{mss: 1460}` or `{ts: {value: 1}}`. */
const kindsJson = (items: List['items']): Json => ({
  anyOf: [
    { enum: Object.keys(items) },
    {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(items).map(([kind, item]) => [kind, { description: item.doc, ...contentJson(item) }]),
      ),
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
  ],
})

function contentJson(item: Item): Json {
  const fields = fieldsOf(item.fields)
  const short = fields.find(({ name }) => name === item.short)
  const map = {
    type: 'object',
    properties: {
      ...Object.fromEntries(
        fields.filter(({ name }) => name !== '').map(field => [field.name, described(field)]),
      ),
      ...Object.fromEntries(
        listsOf(item.fields).map(list => [list.list, { description: list.doc, ...listJson(list) }]),
      ),
    },
    additionalProperties: false,
  }
  const byName = short?.name === '' ? [] : [map]
  return { anyOf: [...(short ? [fieldRef(short)] : []), ...byName, { type: 'null' }] }
}

/** Draft-07 ignores what stands beside a reference. */
const described = (field: Field): Json => ({ description: field.doc, allOf: [fieldRef(field)] })

/** What the references lead to. */
export function itemDefinitions(headers: readonly Header[]): Json {
  const fields = headers.flatMap(header => header.lists.flatMap(itemFields))
  return Object.fromEntries(fields.map(field => [kindName(field), withoutId(fieldJson(field))]))
}

const itemFields = ({ items }: List): readonly Field[] =>
  Object.values(items).flatMap(item => [
    ...fieldsOf(item.fields),
    ...listsOf(item.fields).flatMap(itemFields),
  ])

const withoutId = ({ id: _, ...json }: Json): Json => json
