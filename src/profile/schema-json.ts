import * as z from 'zod'
import { headers } from '../templates/headers/index.js'
import { sharedDefinitions } from './generator-json.js'
import { itemDefinitions } from './list-json.js'
import { profileSchema } from './schema.js'

/**
 * The JSON Schema that editors complete from. Draft-07 is what yaml-language-server has always understood;
 * `io: input` describes the text that people write, not what it is parsed to.
 */
export function profileJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(profileSchema, { target: 'draft-7', io: 'input' })
  relaxStreams(schema)
  const definitions = {
    ...sharedDefinitions,
    ...itemDefinitions(Object.values(headers)),
    ...(schema.definitions as Record<string, unknown>),
  }
  // They come in the order in which modules happened to be loaded.
  const byName = Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1))
  return { $schema, title: 'nmgen profile', ...schema, definitions: Object.fromEntries(byName) }
}

/** A stream that is like another need not say what it takes over, and says of what it drops nothing. */
function relaxStreams(schema: Record<string, unknown>): void {
  type Node = {
    properties: Record<string, Node>
    items: Node
    required: string[]
    anyOf: unknown[]
    type: unknown
  }
  const stream = (schema as unknown as Node).properties.streams!.items
  stream.anyOf = [{ required: ['frame', 'layers'] }, { required: ['like'] }, { required: ['pcap'] }]
  for (const key of ['fragment', 'rate', 'share', 'count', 'start', 'for', 'after', 'account', 'rx']) {
    const property = stream.properties[key]!
    if (property.anyOf) property.anyOf.push({ type: 'null' })
    else property.type = [property.type, 'null']
  }
}

/** The contents of profiles/schema.json. */
export const profileJsonSchemaText = (): string => `${JSON.stringify(profileJsonSchema(), null, 2)}\n`
