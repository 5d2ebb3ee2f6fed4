import { z } from 'zod'
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
  const definitions = {
    ...sharedDefinitions,
    ...itemDefinitions(Object.values(headers)),
    ...(schema.definitions as Record<string, unknown>),
  }
  return { $schema, title: 'nmgen profile', ...schema, definitions }
}

/** The contents of profiles/schema.json. */
export const profileJsonSchemaText = (): string => `${JSON.stringify(profileJsonSchema(), null, 2)}\n`
