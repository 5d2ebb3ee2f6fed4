import { type Field, fieldsOf, type Header, type Item, type List, listsOf } from '../templates/header.js'
import { choiceJson } from './choice.js'
import { fieldJson, fieldRef, kindName } from './field-json.js'

type Json = Record<string, unknown>

/** The JSON Schema of a list, which is defined as `id`: what `parseList` reads. */
export function listJson({ items }: List, id: string): Json {
  const alone = items['']
  const choice = choiceJson(refTo(id))
  const item = alone ? contentJson(alone, id) : kindsJson(items, id)
  return { anyOf: [{ type: 'array', items: { anyOf: [item, choice] } }, choice] }
}

const refTo = (id: string): Json => ({ $ref: `#/definitions/${id}` })

/** `sackok`, `{mss: 1460}` or `{ts: {value: 1}}`. */
const kindsJson = (items: List['items'], id: string): Json => ({
  anyOf: [
    { enum: Object.keys(items) },
    {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(items).map(([kind, item]) => [
          kind,
          { description: item.doc, ...contentJson(item, `${id}-${kind}`) },
        ]),
      ),
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
  ],
})

/** The lists in it are defined as `id` and their name. */
function contentJson(item: Item, id: string): Json {
  const fields = fieldsOf(item.fields)
  const short = fields.find(({ name }) => name === item.short)
  const map = {
    type: 'object',
    properties: {
      ...Object.fromEntries(
        fields.filter(({ name }) => name !== '').map(field => [field.name, described(field)]),
      ),
      ...Object.fromEntries(
        listsOf(item.fields).map(({ list, doc }) => [
          list,
          { description: doc, allOf: [refTo(`${id}-${list}`)] },
        ]),
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
  const lists = headers.flatMap(({ name, lists }) =>
    lists.flatMap(list => innerLists(list, `${name}-${list.list}`)),
  )
  return {
    ...Object.fromEntries(fields.map(field => [kindName(field), withoutId(fieldJson(field))])),
    ...Object.fromEntries(lists),
  }
}

/** The lists in the items of a list. */
const innerLists = ({ items }: List, id: string): [string, Json][] =>
  Object.entries(items).flatMap(([kind, { fields }]) =>
    listsOf(fields).flatMap((list): [string, Json][] => {
      const inner = `${kind === '' ? id : `${id}-${kind}`}-${list.list}`
      return [[inner, listJson(list, inner)], ...innerLists(list, inner)]
    }),
  )

const itemFields = ({ items }: List): readonly Field[] =>
  Object.values(items).flatMap(item => [
    ...fieldsOf(item.fields),
    ...listsOf(item.fields).flatMap(itemFields),
  ])

const withoutId = ({ id: _, ...json }: Json): Json => json
