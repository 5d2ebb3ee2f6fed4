import * as z from 'zod'
import type { Field, Header, List } from '../templates/header.js'
import { headers } from '../templates/headers/index.js'
import { layerChoice } from './choice.js'
import { parseField } from './field.js'
import { fieldJson, kindName } from './field-json.js'
import { lean, remembered } from './lean.js'
import { parseList } from './list.js'
import { listJson } from './list-json.js'
import type { Alternative, FieldSpec, LayerSpec } from './model.js'
import { type PayloadSpec, payload } from './payload.js'
import { checked } from './problem.js'

/** One schema for each kind of field: the JSON Schema refers to it instead of repeating it. */
const kinds = new Map<string, ReturnType<typeof kindSchema>>()

const kindSchema = (field: Field) =>
  remembered(checked<FieldSpec>(fieldJson(field), (input, report) => parseField(field, input, report)))

function fieldSchema(field: Field) {
  const key = kindName(field)
  const kind = kinds.get(key) ?? kindSchema(field)
  kinds.set(key, kind)
  return kind.optional().meta({ description: field.doc })
}

/** The three sections of a DNS message hold the same items. */
const lists = new Map<List['items'], ReturnType<typeof itemsSchema>>()

const itemsSchema = (header: string, list: List) => {
  const id = `${header}-${list.list}`
  return checked<LayerSpec[]>({ id, ...listJson(list, id) }, (input, report) =>
    parseList(list, input, report),
  )
}

function listSchema(header: string, list: List) {
  const schema = lists.get(list.items) ?? itemsSchema(header, list)
  lists.set(list.items, schema)
  return schema.optional().meta({ description: list.doc })
}

/** Everything here comes from the header's record: a new header needs no edit. */
const headerSchema = (header: Header) =>
  lean(
    z.strictObject({
      ...Object.fromEntries(header.fields.map(field => [field.name, fieldSchema(field)])),
      ...Object.fromEntries(header.lists.map(list => [list.list, listSchema(header.name, list)])),
    }),
  )
    .nullable()
    .optional()
    .meta({ description: `${header.doc} (${header.source}).` })

const shape = Object.fromEntries(
  Object.entries(headers).map(([name, header]) => [name, headerSchema(header)]),
)

/** A one-key map: the name of a header, and what stands in its fields; or alternatives. */
const oneKey = lean(
  z
    .strictObject({ ...shape, payload, choice: z.lazy(() => choice).optional() })
    .meta({ id: 'layer', minProperties: 1, maxProperties: 1 }),
).transform((input, context): LayerSpec => {
  if (context.issues.length > 0) return z.NEVER
  const [first, second] = Object.keys(input)
  if (first !== undefined && second === undefined) return layerSpec(first, Object.values(input)[0])
  const message =
    first === undefined
      ? 'a layer needs the name of a header'
      : `a layer is one header, but \`${first}\` and \`${second}\` stand in one`
  const hint =
    first === undefined
      ? `one of: ${[...Object.keys(shape), 'payload', 'choice'].join(', ')}`
      : `start a new list item: \`- ${second}:\``
  const where = second === undefined ? { path: [] } : { path: [second] }
  context.addIssue({
    code: 'custom',
    message,
    ...where,
    params: { code: 'one-key', hint, ...(second && { at: 'key' }) },
  })
  return z.NEVER
})

/** Equal layers are one object: what is derived from one of them holds for all. */
export const layer: z.ZodType<LayerSpec> = remembered(oneKey)

const choice = layerChoice(layer)

function layerSpec(name: string, value: unknown): LayerSpec {
  if (name === 'choice') return { name, fields: {}, choice: value as Alternative[] }
  if (name === 'payload') return { name, fields: {}, ...(value as PayloadSpec | null) }
  const given = Object.entries((value ?? {}) as Record<string, FieldSpec | LayerSpec[] | undefined>)
  const lists = given.filter((entry): entry is [string, LayerSpec[]] => Array.isArray(entry[1]))
  const fields = given.filter(
    (entry): entry is [string, FieldSpec] => entry[1] !== undefined && !Array.isArray(entry[1]),
  )
  return {
    name,
    fields: Object.fromEntries(fields),
    ...(lists.length > 0 && { lists: Object.fromEntries(lists) }),
  }
}
