import type * as z from 'zod'
import { headers } from '../templates/headers/index.js'
import { didYouMean } from '../units/parsed.js'
import type { YamlPath } from './model.js'
import { type CustomParams, describe, isMap, type Problem } from './problem.js'
import { descriptionOf, expected, keysOf, schemaAt, wantedAt } from './schema-walk.js'
import { hintFor } from './suggest.js'

type Issue = z.core.$ZodIssue

/** What zod found, in the words of a profile; one problem for each unknown key. */
export function problemsOf(error: z.ZodError, schema: z.core.$ZodType, data: unknown): Problem[] {
  const problems = error.issues.flatMap(issue => {
    const path = issue.path as YamlPath
    if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(schema, data, path, key))
    return [problemOf(issue, schema, data, path)]
  })
  const misspelt = misspellingsIn(problems)
  return problems.filter(({ code, path }) => code !== 'missing-key' || !misspelt(path))
}

/** A missing key whose misspelling stands beside it is one mistake, and the misspelling says it better. */
function misspellingsIn(problems: readonly Problem[]): (missing: YamlPath) => boolean {
  const beside = new Set(
    problems.flatMap(({ code, path, hint }) =>
      code === 'unknown-key' ? [`${path.slice(0, -1)}: ${path.at(-1) === '<<' ? 'all' : hint}`] : [],
    ),
  )
  return path =>
    [didYouMean(String(path.at(-1))), 'all'].some(hint => beside.has(`${path.slice(0, -1)}: ${hint}`))
}

function problemOf(issue: Issue, schema: z.core.$ZodType, data: unknown, path: YamlPath): Problem {
  const input = path.reduce(
    (value: unknown, step) => (value as Record<string, unknown> | undefined)?.[step],
    data,
  )
  const custom =
    issue.code === 'custom' ? (issue.params as CustomParams & Record<string, unknown>) : undefined
  if (custom?.code === 'missing-key' || (!custom && input === undefined))
    return missingKey(schema, path, custom?.hint)
  if (custom) {
    const hint =
      custom.hint ?? (custom.code === 'wrong-type' ? descriptionOf(schemaAt(schema, path)) : undefined)
    return { ...custom, message: issue.message, path, ...(hint !== undefined && { hint }) }
  }
  if (issue.code === 'invalid_type') return wrongType(issue.expected, input, path, schema)
  if (issue.code === 'invalid_value')
    return {
      code: 'bad-value',
      message: `this must be ${issue.values.join(' or ')}, not ${describe(input)}`,
      hint: issue.values.some(value => String(value) === input)
        ? 'leave out the quotes'
        : `write \`${issue.values.join('` or `')}\``,
      path,
    }
  if (issue.code === 'too_small')
    return {
      code: 'out-of-range',
      message: Array.isArray(input) ? 'this list is empty' : `this must be at least ${issue.minimum}`,
      ...(Array.isArray(input) && { hint: 'it needs one item at least' }),
      path,
    }
  if (issue.code === 'too_big')
    return { code: 'out-of-range', message: `this must be at most ${issue.maximum}`, path }
  if (issue.code === 'invalid_key')
    return {
      code: 'bad-value',
      message: `\`${String(path.at(-1))}\` is not a name`,
      hint: path.some(step => step === 'vars' || step === 'pick')
        ? 'letters, digits and `_`, a letter first: `=a-5` is a less 5'
        : 'letters, digits, `-` and `_`',
      path,
      at: 'key',
    }
  return { code: 'bad-value', message: issue.message, path }
}

function missingKey(schema: z.core.$ZodType, path: YamlPath, given?: string): Problem {
  const hint = given ?? expected(schemaAt(schema, path), String(path.at(-1)))
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

function wrongType(expected: string, input: unknown, path: YamlPath, schema: z.core.$ZodType): Problem {
  const what = words[expected] ?? expected
  if (input === null)
    return { code: 'wrong-type', message: 'a value is missing here', hint: `give ${what}`, path }
  const hint = typeHint(expected, input) ?? wantedAt(schema, path)
  const message = `this must be ${what}, not ${describe(input)}`
  return { code: 'wrong-type', message, ...(hint !== undefined && { hint }), path }
}

/** YAML 1.2 knows `true` and `false` only; earlier versions knew more words. */
const truths: Readonly<Record<string, boolean>> = { yes: true, on: true, no: false, off: false }

function typeHint(expected: string, input: unknown): string | undefined {
  const text = typeof input === 'string' ? input.toLowerCase() : undefined
  if (expected === 'string' && typeof input === 'number') return 'put it in quotes'
  if (expected === 'array') return isMap(input) ? 'begin each item with `- `' : `write \`[${String(input)}]\``
  if (expected !== 'boolean' || text === undefined) return undefined
  if (text === 'true' || text === 'false') return 'leave out the quotes'
  return Object.hasOwn(truths, text) ? didYouMean(String(truths[text])) : undefined
}

function unknownKey(schema: z.core.$ZodType, data: unknown, path: YamlPath, key: string): Problem {
  const known = keysOf(schemaAt(schema, path))
  const isLayer = path.at(-2) === 'layers'
  const what = isLayer ? 'a header' : path.at(-3) === 'layers' ? `a field of ${path.at(-1)}` : 'a key here'
  const hint =
    (isLayer ? indentHint(data, path, key) : undefined) ?? slipHint(key, known) ?? hintFor(key, known)
  return { code: 'unknown-key', message: `\`${key}\` is not ${what}`, hint, path: [...path, key], at: 'key' }
}

/** `{src:198.18.1.2}` is one word to YAML, and a key since 1.2 is never merged. */
function slipHint(key: string, known: readonly string[]): string | undefined {
  if (key === '<<')
    return 'YAML 1.2 merges no maps; a stream takes over the keys of another with `like: NAME`'
  const colon = key.indexOf(':')
  if (colon < 0 || !known.includes(key.slice(0, colon))) return undefined
  return `put a blank behind the colon: \`${key.slice(0, colon)}: ${key.slice(colon + 1)}\``
}

/** `- udp:` followed by `src:` in the same column is the commonest slip of indentation. */
function indentHint(data: unknown, path: YamlPath, key: string): string | undefined {
  const layer = path.reduce(
    (value: unknown, step) => (value as Record<string, unknown> | undefined)?.[step],
    data,
  )
  const names = isMap(layer) ? Object.keys(layer) : []
  const owner = names.find(
    name => Object.hasOwn(headers, name) && headers[name]!.fields.some(field => field.name === key),
  )
  return owner && `\`${key}\` is a field of ${owner}: indent it further than \`${owner}:\``
}
