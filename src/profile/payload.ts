import { alphabets } from '../units/alphabets.js'
import { parseEvery } from './generator.js'
import { every } from './generator-json.js'
import type { LayerSpec, StringSpec } from './model.js'
import { knownKeys } from './one-key.js'
import { checked, describe, isMap, parseScalar, type Report, type YamlMap } from './problem.js'
import { parseString } from './string-field.js'
import { stringJson } from './string-json.js'
import { parseAlphabet } from './string-piece.js'

const json = {
  description: 'Bytes after the last header, repeated or cut to the room that the frame size leaves.',
  anyOf: [
    { type: 'null' },
    ...stringJson,
    {
      type: 'object',
      properties: {
        random: {
          enum: Object.keys(alphabets),
          description: 'Random characters in all of the room, or `length` of them.',
        },
        every,
      },
      required: ['random'],
      additionalProperties: false,
    },
    {
      type: 'object',
      properties: {
        bytes: {
          type: 'string',
          pattern: '^([0-9a-fA-F]{2} ?)+$',
          description: 'Bytes in hexadecimal.',
          examples: ['dead beef'],
        },
        text: { type: 'string', minLength: 1, description: 'Text, sent as UTF-8.' },
      },
      additionalProperties: false,
      maxProperties: 1,
    },
  ],
}

export type PayloadSpec = Pick<LayerSpec, 'bytes' | 'content'>

/** `bytes` or `text`, or what varies; nothing at all leaves zeros. Undefined means the layer is another one. */
export const payload = checked<PayloadSpec | null>(json, (input, report) => {
  if (input === null) return null
  if (typeof input === 'string') {
    const hint = `write \`payload: { text: ${input} }\``
    report({ code: 'wrong-type', message: 'a payload is `bytes` or `text`', hint, path: [] })
    return undefined
  }
  if (isMap(input) && isContent(input)) return parseContent(input, report)
  if (!knownKeys(input, ['bytes', 'text', 'random'], report, [])) return undefined
  const keys = Object.keys(input).filter(key => key === 'bytes' || key === 'text')
  if (keys.length === 0) return null
  if (keys.length === 1) {
    const bytes = parsePayload(keys[0]!, input, report)
    return bytes && { bytes }
  }
  report({
    code: 'one-key',
    message: 'a payload is `bytes` or `text`, not both',
    hint: 'remove one of the two',
    path: [keys[1]!],
    at: 'key',
  })
  return undefined
}).optional()

/** Fixed bytes fill the room, over and over; what varies stands once, or is as long as the room. */
function isContent(input: YamlMap): boolean {
  const keys = Object.keys(input)
  const given = keys.filter(key => key === 'text' || key === 'bytes')
  return 'random' in input || (given.length === 1 && keys.length > 1)
}

function parseContent(input: YamlMap, report: Report): PayloadSpec | undefined {
  const spec =
    'random' in input && !('length' in input) ? parseFill(input, report) : parseString('bytes', input, report)
  if (spec?.kind === 'bytes') return { bytes: spec.bytes }
  return spec?.kind === 'string' ? { content: spec } : undefined
}

function parseFill(input: YamlMap, report: Report): StringSpec | undefined {
  const { random, every, ...rest } = input
  if (Object.keys(rest).length > 0) return void knownKeys(input, ['random', 'length', 'every'], report, [])
  const alphabet = parseScalar(random, parseAlphabet, report, ['random'])
  const held = parseEvery(every, report, ['every'])
  if (alphabet === undefined || held === undefined) return undefined
  return {
    kind: 'string',
    form: 'text',
    pieces: [{ kind: 'chars', name: '', alphabet, lengths: [], every: held }],
  }
}

function parsePayload(key: string, map: YamlMap, report: Report): Uint8Array | undefined {
  const value = map[key]
  if (typeof value !== 'string') {
    const hint = typeof value === 'number' ? 'put it in quotes: YAML reads digits as a number' : undefined
    report({
      code: 'wrong-type',
      message: `\`${key}\` must be a text, not ${describe(value)}`,
      path: [key],
      ...(hint && { hint }),
    })
    return undefined
  }
  if (key === 'text' && value !== '') return new TextEncoder().encode(value)
  const hex = value.replaceAll(' ', '')
  if (key === 'bytes' && /^([0-9a-f]{2})+$/i.test(hex)) return Uint8Array.from(Buffer.from(hex, 'hex'))
  report({
    code: 'bad-value',
    message: key === 'text' ? 'the text is empty' : `\`${value}\` is not bytes in hexadecimal`,
    hint: key === 'text' ? "without `text`, the payload is nmgen's own" : 'two digits a byte: `dead beef`',
    path: [key],
  })
  return undefined
}
