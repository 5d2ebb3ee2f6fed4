import * as z from 'zod'
import type { Parsed } from '../units/parsed.js'
import type { YamlPath } from './model.js'

/** Something wrong in a profile, before it is located in the text. */
export interface Problem {
  code: string
  /** An error, unless it says otherwise. */
  severity?: 'warning'
  message: string
  hint?: string
  path: YamlPath
  /** `key`: the last step of the path itself is wrong, not its value. */
  at?: 'key'
}

export type Report = (problem: Problem) => void

/** Reports what is found below `path` of the one reporting. */
export const within =
  (report: Report, path: YamlPath): Report =>
  problem =>
    report({ ...problem, path: [...path, ...problem.path] })

/** How zod carries our own problems: `params` of a custom issue. */
export interface CustomParams {
  code: string
  hint?: string
  at?: 'key'
}

/**
 * A zod type with a hand-written parser and its own piece of JSON Schema. Alternatives (a literal or one of
 * five generators) are decided by looking at the value: zod's unions report every branch that failed.
 */
export function checked<T>(
  json: Record<string, unknown>,
  parse: (input: unknown, report: Report) => T | undefined,
) {
  return z
    .unknown()
    .meta(json)
    .transform((input, context): T => {
      const report: Report = ({ code, message, hint, path, at }) => {
        const params: CustomParams = { code, ...(hint !== undefined && { hint }), ...(at && { at }) }
        context.addIssue({ code: 'custom', message, path: [...path], params: { ...params } })
      }
      if (input === undefined) report({ code: 'missing-key', message: '', path: [] })
      const value = input === undefined ? undefined : parse(input, report)
      if (value !== undefined) return value
      if (context.issues.length === 0) throw new Error('a parser gave neither a value nor a problem')
      return z.NEVER
    })
}

/** A quantity written as text with a unit, or as a bare number. */
export const quantity = <T>(json: Record<string, unknown>, parse: (text: string) => Parsed<T>) =>
  checked(json, (input, report) => parseScalar(input, parse, report, []))

export function parseScalar<T>(
  input: unknown,
  parse: (text: string) => Parsed<T>,
  report: Report,
  path: YamlPath,
): T | undefined {
  if (typeof input !== 'string' && typeof input !== 'number') {
    if (input === null)
      report({ code: 'wrong-type', message: 'a value is missing here', hint: noValue, path })
    else
      report({
        code: 'wrong-type',
        message: `this must be one value, not ${describe(input)}`,
        hint: oneValueHint(input),
        path,
      })
    return undefined
  }
  const result = parse(String(input))
  if (result.ok) return result.value
  const { code, message, hint } = result
  report({ code, message, path, ...(hint !== undefined && { hint }) })
  return undefined
}

/** `[64B]` is most likely one value that needs no brackets. */
export const oneValueHint = (input: unknown): string =>
  Array.isArray(input) && input.length === 1 && typeof input[0] !== 'object'
    ? `leave out the brackets: \`${String(input[0])}\``
    : 'one value stands here, without brackets or braces'

const noValue = 'give one, or leave the key out'

export type YamlMap = Record<string, unknown>

export const isMap = (input: unknown): input is YamlMap =>
  typeof input === 'object' && input !== null && !Array.isArray(input)

/** What stands in the file, in the words of YAML. */
export function describe(input: unknown): string {
  if (input === null || input === undefined) return 'nothing'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'a map'
  if (typeof input === 'string')
    return `the text \`${input.length > 40 ? `${input.slice(0, 40)}...` : input}\``
  return `${typeof input === 'number' ? 'the number ' : ''}${String(input)}`
}
