import * as z from 'zod'
import { parseCount } from '../units/count.js'
import { type Parsed, refuse } from '../units/parsed.js'
import { frame } from './frame.js'
import type { Alternative, LayerSpec } from './model.js'
import { knownKeys } from './one-key.js'
import { nameSchema, parseName } from './port.js'
import { describe, isMap, parseScalar, quantity, type Report, within } from './problem.js'

/** An order of alternatives is a table, which this bounds. */
const mostWeight = 65_536

function parseWeight(text: string): Parsed<number> {
  const count = parseCount(text)
  if (!count.ok || (count.value >= 1 && count.value <= mostWeight)) return count
  return refuse(
    'out-of-range',
    `a weight is a whole number from 1 to ${mostWeight}`,
    'leave it out to never have it',
  )
}

const weightJson = {
  type: 'integer',
  minimum: 1,
  maximum: mostWeight,
  description: 'How often, compared with the other alternatives (default 1).',
}

const sameName = 'two alternatives have the same name'
const otherName = 'results are kept by name; choose another'

/** `layer`: what a layer is, which may be a choice again. */
export const layerChoice = (layer: z.ZodType<LayerSpec>) =>
  z
    .array(
      z
        .strictObject({
          weight: quantity(weightJson, parseWeight).prefault(1),
          name: nameSchema('alternative').optional(),
          layers: z.array(layer).meta({ description: 'Headers that stand here; may be none.' }),
          frame: frame.optional(),
          signature: z.boolean().optional().meta({ description: 'Instead of what the stream says.' }),
        })
        .transform(alternativeOf),
    )
    .min(1)
    .superRefine((choice, context) => {
      for (const i of repeated(choice.map(({ name }) => name)))
        context.addIssue({
          code: 'custom',
          message: sameName,
          path: [i, 'name'],
          params: { code: 'duplicate-name', hint: otherName },
        })
    })
    .meta({
      id: 'layer-choice',
      description: 'One of several ways to go on, each as often as it weighs, in an exact repeating order.',
    })

function alternativeOf({
  weight,
  name,
  layers,
  frame,
  signature,
}: {
  weight: number
  layers: readonly LayerSpec[]
} & { [key in 'name' | 'frame' | 'signature']?: Alternative[key] | undefined }): Alternative {
  return {
    weight,
    ...(name !== undefined && { name }),
    layers,
    ...(frame && { frame }),
    ...(signature !== undefined && { signature }),
  }
}

/** Of each name but its first. */
const repeated = (names: readonly (string | undefined)[]): number[] =>
  names.flatMap((name, i) => (name !== undefined && names.indexOf(name) < i ? [i] : []))

type ParseItems = (input: unknown, report: Report) => readonly LayerSpec[] | undefined

/** `{choice: [{weight: 5, name: linux, use: [...]}, ...]}` among the items of a list, or in place of all of them. */
export function parseChoice(input: unknown, items: ParseItems, report: Report): LayerSpec | undefined {
  const here = within(report, ['choice'])
  if (!Array.isArray(input) || input.length === 0) {
    const message = `this must be a list of alternatives, not ${Array.isArray(input) ? 'an empty one' : describe(input)}`
    here({ code: 'wrong-type', message, hint: 'write `- { weight: 1, use: [...] }`', path: [] })
    return undefined
  }
  const choice = input.map((one, i) => parseAlternative(one, items, within(here, [i])))
  const names = choice.map(one => one?.name)
  for (const i of repeated(names))
    here({ code: 'duplicate-name', message: sameName, hint: otherName, path: [i, 'name'] })
  if (repeated(names).length > 0 || !choice.every(one => one !== undefined)) return undefined
  return { name: 'choice', fields: {}, choice }
}

const keys = ['weight', 'name', 'use'] as const

function parseAlternative(input: unknown, items: ParseItems, report: Report): Alternative | undefined {
  if (!knownKeys(input, keys, report, [])) return undefined
  if (input.use === undefined)
    report({
      code: 'missing-key',
      message: 'the key `use` is missing',
      hint: 'items, or `[]` for none',
      path: ['use'],
    })
  const weight = input.weight === undefined ? 1 : parseScalar(input.weight, parseWeight, report, ['weight'])
  const name =
    input.name === undefined
      ? null
      : parseScalar(input.name, text => parseName(text, 'alternative'), report, ['name'])
  const layers = input.use === undefined ? undefined : items(input.use, within(report, ['use']))
  const known = Object.keys(input).every(key => (keys as readonly string[]).includes(key))
  if (!known || weight === undefined || name === undefined || layers === undefined) return undefined
  return { weight, ...(name !== null && { name }), layers }
}

export const isChoice = (input: unknown): input is { choice: unknown } =>
  isMap(input) && Object.hasOwn(input, 'choice')

/** Of a list whose own schema is `list`. */
export const choiceJson = (list: object): Record<string, unknown> => ({
  type: 'object',
  properties: {
    choice: {
      type: 'array',
      description: 'One of several ways to go on, each as often as it weighs, in an exact repeating order.',
      minItems: 1,
      items: {
        type: 'object',
        properties: {
          weight: weightJson,
          name: { type: 'string', pattern: '^[A-Za-z0-9_-]+$', description: 'Name of the alternative.' },
          use: { description: 'Items that stand here; may be none.', allOf: [list] },
        },
        required: ['use'],
        additionalProperties: false,
      },
    },
  },
  required: ['choice'],
  additionalProperties: false,
})
