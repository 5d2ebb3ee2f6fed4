import { knownKeys } from './one-key.js'
import { checked, describe, type Report, type YamlMap } from './problem.js'

const json = {
  description: 'Bytes after the last header, repeated or cut to the room that the frame size leaves.',
  anyOf: [
    { type: 'null' },
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

/** `bytes` or `text`; nothing at all leaves zeros. Undefined means the layer is another one. */
export const payload = checked<Uint8Array | null>(json, (input, report) => {
  if (input === null) return null
  if (typeof input === 'string') {
    const hint = `write \`payload: { text: ${input} }\``
    report({ code: 'wrong-type', message: 'a payload is `bytes` or `text`', hint, path: [] })
    return undefined
  }
  if (!knownKeys(input, ['bytes', 'text'], report, [])) return undefined
  const keys = Object.keys(input).filter(key => key === 'bytes' || key === 'text')
  if (keys.length === 0) return null
  if (keys.length === 1) return parsePayload(keys[0]!, input, report)
  report({
    code: 'one-key',
    message: 'a payload is `bytes` or `text`, not both',
    hint: 'remove one of the two',
    path: [keys[1]!],
    at: 'key',
  })
  return undefined
}).optional()

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
