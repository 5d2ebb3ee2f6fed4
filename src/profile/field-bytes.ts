import { parseHex } from '../units/bytes.js'
import { parseDomainName } from '../units/domain-name.js'
import { type Parsed, parsed } from '../units/parsed.js'
import type { FieldKind } from './literal.js'
import type { FieldSpec } from './model.js'
import { describe, isMap, type Report } from './problem.js'
import { parseString } from './string-field.js'
import { mostBytes } from './string-size.js'

export type BytesKind = FieldKind & { type: 'bytes' | 'text' | 'name' }

export const isBytes = (kind: FieldKind): kind is BytesKind =>
  kind.type === 'bytes' || kind.type === 'text' || kind.type === 'name'

const parsers: Readonly<Record<BytesKind['type'], (text: string) => Parsed<Uint8Array>>> = {
  bytes: parseHex,
  text: text => parsed(new TextEncoder().encode(text)),
  name: parseDomainName,
}

const howTo = {
  bytes: 'two digits a byte: `dead beef`',
  text: 'such as `hello`',
  name: 'such as `www.bench.test`',
}

/** Hexadecimal, text or a domain name, as long as it is written; also with places that vary. */
export function parseBytes(kind: BytesKind, input: unknown, report: Report): FieldSpec | undefined {
  if (isMap(input)) return parseString(kind.type, input, report)
  const wrong = (code: string, message: string, hint?: string) => {
    report({ code, message, path: [], ...(hint && { hint }) })
    return undefined
  }
  if (typeof input === 'number')
    return wrong(
      'wrong-type',
      'this must be a text, not a number',
      'put it in quotes: YAML reads digits as a number',
    )
  if (typeof input !== 'string')
    return wrong('wrong-type', `this must be a text, not ${describe(input)}`, howTo[kind.type])
  const result = parsers[kind.type](input)
  if (!result.ok) return wrong(result.code, result.message, result.hint)
  if (result.value.length > mostBytes)
    return wrong('out-of-range', `no frame holds ${result.value.length} bytes`)
  return { kind: 'bytes', bytes: result.value }
}
