import { z } from 'zod'
import { headers } from '../templates/headers/index.js'
import { didYouMean } from '../units/parsed.js'
import type { YamlPath } from './model.js'
import { type CustomParams, describe, isMap, type Problem } from './problem.js'
import { hintFor } from './suggest.js'

type Issue = z.core.$ZodIssue

/** What zod found, in the words of a profile; one problem for each unknown key. */
export function problemsOf(error: z.ZodError, schema: z.core.$ZodType, data: unknown): Problem[] {
  const problems = error.issues.flatMap(issue => {
    const path = issue.path as YamlPath
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(schema, data, path, key))
    return [problemOf(issue, schema, data, path)]
  })
  return problems.filter(problem => !isMisspelt(problem, problems))
}

/** A missing key whose misspelling stands beside it is one mistake, and the misspelling says it better. */
const isMisspelt = (missing: Problem, problems: readonly Problem[]): boolean =>
  missing.code === 'missing-key' &&
  problems.some(
    ({ code, path, hint }) =>
      code === 'unknown-key' &&
      hint === didYouMean(String(missing.path.at(-1))) &&
      path.slice(0, -1).join() === missing.path.slice(0, -1).join(),
  )

function problemOf(issue: Issue, schema: z.core.$ZodType, data: unknown, path: YamlPath): Problem {
  const input = path.reduce(
    (value: unknown, step) => (value as Record<string, unknown> | undefined)?.[step],
    data,
  )
  const custom =
    issue.code === 'custom' ? (issue.params as CustomParams & Record<string, unknown>) : undefined
  if (custom?.code === 'missing-key' || (!custom && input === undefined)) return missingKey(schema, path)
  if (custom) return { ...custom, message: issue.message, path }
  if (issue.code === 'invalid_type') return wrongType(issue.expected, input, path)
  if (issue.code === 'invalid_value')
    return {
      code: 'bad-value',
      message: `this must be ${issue.values.join(' or ')}, not ${describe(input)}`,
      path,
    }
  if (issue.code === 'too_small')
    return {
      code: 'out-of-range',
      message: Array.isArray(input) ? 'this list is empty' : `this must be at least ${issue.minimum}`,
      path,
    }
  if (issue.code === 'too_big')
    return { code: 'out-of-range', message: `this must be at most ${issue.maximum}`, path }
  if (issue.code === 'invalid_key')
    return {
      code: 'bad-value',
      message: `\`${String(path.at(-1))}\` is not a name`,
      hint: 'letters, digits, `-` and `_`',
      path,
      at: 'key',
    }
  return { code: 'bad-value', message: issue.message, path }
}

function missingKey(schema: z.core.$ZodType, path: YamlPath): Problem {
  const hint = descriptionOf(schemaAt(schema, path))
  return {
    code: 'missing-key',
    message: `the key \`${String(path.at(-1))}\` is missing`,
    path,
    ...(hint !== undefined && { hint }),
  }
}

const words: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a text',
  boolean: '`true` or `false`',
  int: 'a whole number',
  number: 'a number',
}

function wrongType(expected: string, input: unknown, path: YamlPath): Problem {
  const problem: Problem = {
    code: 'wrong-type',
    message: `this must be ${words[expected] ?? expected}, not ${describe(input)}`,
    path,
  }
  if (expected === 'string' && typeof input === 'number') return { ...problem, hint: 'put it in quotes' }
  if (expected === 'array' && isMap(input)) return { ...problem, hint: 'begin each item with `- `' }
  return problem
}

function unknownKey(schema: z.core.$ZodType, data: unknown, path: YamlPath, key: string): Problem {
  const known = keysOf(schemaAt(schema, path))
  const inLayers = path[0] === 'streams' && path[2] === 'layers'
  const what =
    inLayers && path.length === 4
      ? 'a header'
      : inLayers && path.length === 5
        ? `a field of ${path[4]}`
        : 'a key here'
  const hint = (path.length === 4 ? indentHint(data, path, key) : undefined) ?? hintFor(key, known)
  return { code: 'unknown-key', message: `\`${key}\` is not ${what}`, hint, path: [...path, key], at: 'key' }
}

/** `- udp:` followed by `src:` in the same column is the commonest slip of indentation. */
function indentHint(data: unknown, path: YamlPath, key: string): string | undefined {
  const layer = path.reduce(
    (value: unknown, step) => (value as Record<string, unknown> | undefined)?.[step],
    data,
  )
  const names = isMap(layer) ? Object.keys(layer) : []
  const owner = names.find(name => headers[name]?.fields.some(field => field.name === key))
  return owner && `\`${key}\` is a field of ${owner}: indent it further than \`${owner}:\``
}

/** The schema of what stands at `path`, as far as it can be told without the data. */
function schemaAt(schema: z.core.$ZodType | undefined, path: YamlPath): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodPipe)
    return schemaAt((schema.out instanceof z.ZodTransform ? schema.in : schema.out) as z.core.$ZodType, path)
  if (
    path.length > 0 &&
    (schema instanceof z.ZodOptional ||
      schema instanceof z.ZodNullable ||
      schema instanceof z.ZodPrefault ||
      schema instanceof z.ZodDefault)
  )
    return schemaAt(schema.unwrap() as z.core.$ZodType, path)
  const [step, ...rest] = path
  if (step === undefined || schema === undefined) return schema
  if (schema instanceof z.ZodObject) return schemaAt(schema.shape[step], rest)
  if (schema instanceof z.ZodArray) return schemaAt(schema.element as z.core.$ZodType, rest)
  if (schema instanceof z.ZodRecord) return schemaAt(schema.valueType as z.core.$ZodType, rest)
  return undefined
}

function keysOf(schema: z.core.$ZodType | undefined): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodDefault
  )
    return keysOf(schema.unwrap() as z.core.$ZodType)
  return []
}

const descriptionOf = (schema: z.core.$ZodType | undefined): string | undefined =>
  schema instanceof z.ZodType ? schema.description : undefined

/** What each key of a map is for. */
export const keyHints = ({ shape }: z.ZodObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries(shape).map(([key, schema]) => {
      const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema
      return [key, descriptionOf(schema) ?? descriptionOf(schemaAt(inner as z.core.$ZodType, [])) ?? '']
    }),
  )
