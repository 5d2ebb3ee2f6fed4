import * as z from 'zod'
import type { YamlPath } from './model.js'

/** What stands at `path`, for want of better words. */
export function wantedAt(schema: z.core.$ZodType, path: YamlPath): string | undefined {
  const wanted = schemaAt(schema, path)
  const keys = keysOf(wanted)
  return descriptionOf(wanted) ?? (keys.length > 0 ? `its keys are ${keys.join(', ')}` : undefined)
}

/** The schema of what stands at `path`, as far as it can be told without the data. */
export function schemaAt(schema: z.core.$ZodType | undefined, path: YamlPath): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodPipe)
    return schemaAt((schema.out instanceof z.ZodTransform ? schema.in : schema.out) as z.core.$ZodType, path)
  if (path.length > 0 && isWrapper(schema)) return schemaAt(schema.unwrap() as z.core.$ZodType, path)
  if (schema instanceof z.ZodLazy) return schemaAt(schema.unwrap() as z.core.$ZodType, path)
  const [step, ...rest] = path
  if (step === undefined || schema === undefined) return schema
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, step) ? schemaAt(schema.shape[step], rest) : undefined
  if (schema instanceof z.ZodArray) return schemaAt(schema.element as z.core.$ZodType, rest)
  if (schema instanceof z.ZodRecord) return schemaAt(schema.valueType as z.core.$ZodType, rest)
  return undefined
}

export function keysOf(schema: z.core.$ZodType | undefined): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  if (isWrapper(schema)) return keysOf(schema.unwrap() as z.core.$ZodType)
  return []
}

export function descriptionOf(schema: z.core.$ZodType | undefined): string | undefined {
  if (schema instanceof z.ZodType && schema.description !== undefined) return schema.description
  return isWrapper(schema) ? descriptionOf(schema.unwrap() as z.core.$ZodType) : undefined
}

const isWrapper = (schema: z.core.$ZodType | undefined) =>
  schema instanceof z.ZodOptional ||
  schema instanceof z.ZodNullable ||
  schema instanceof z.ZodPrefault ||
  schema instanceof z.ZodDefault

export const expected = (schema: z.core.$ZodType | undefined, key: string): string | undefined =>
  schema instanceof z.ZodLiteral ? `write \`${key}: ${schema.value}\`` : descriptionOf(schema)

/** What each key of a map is for. */
export const keyHints = ({ shape }: z.ZodObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => {
      const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema
      return [key, descriptionOf(schema) ?? descriptionOf(schemaAt(inner as z.core.$ZodType, [])) ?? '']
    }),
  )
