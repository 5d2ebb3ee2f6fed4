import { isBytes, parseBytes } from './field-bytes.js'
import { type GeneratorName, generators, literal, parseGenerator } from './generator.js'
import { type FieldKind, parseRange } from './literal.js'
import type { FieldSpec, ValueSpec } from './model.js'
import { knownKeys, oneKey } from './one-key.js'
import { parseParts } from './part-field.js'
import { isMap, parseScalar, type Report, type YamlMap } from './problem.js'
import { isReference, namePattern, parseReference } from './reference.js'

/**
 * A literal, a reference, a hash, a generator, or parts of these; a checksum may also be told how to come out, and a MAC
 * address to be asked for.
 */
export function parseField(kind: FieldKind, input: unknown, report: Report): FieldSpec | undefined {
  if (isMap(input) && 'bits' in input) return parseParts(kind, input, parseValue, report)
  if (isBytes(kind)) return parseBytes(kind, input, report)
  if (kind.type === 'mac' && input === 'resolve') return { kind: 'literal', value: 0n, resolve: true }
  if (kind.type === 'checksum' && input === 'zero') return { kind: 'literal', value: 0n }
  if (kind.type === 'checksum' && (input === 'valid' || input === 'bad'))
    return { kind: 'checksum', mode: input }
  return parseValue(kind, input, report)
}

/** A literal, a reference, a hash, or a one-key map that names a generator. */
function parseValue(kind: FieldKind, input: unknown, report: Report): ValueSpec | undefined {
  if (isMap(input)) {
    if ('hash' in input) return parseHash(kind, input, report)
    const entry = oneKey(input, [...generators, 'hash', 'bits'], 'a generator', report)
    return entry && parseGenerator(kind, entry[0] as GeneratorName, entry[1], report)
  }
  if (Array.isArray(input)) {
    const hint = 'write `{list: [...]}` to send them in turn'
    report({
      code: 'wrong-type',
      message: 'a field holds one value or a generator, not a list',
      hint,
      path: [],
    })
    return undefined
  }
  if (isReference(input)) return parseScalar(input, text => parseReference(kind, text), report, [])
  const value = literal(kind, input, report, [])
  return value === undefined ? undefined : { kind: 'literal', value }
}

/** `{hash: NAME, range: RANGE}`: it draws nothing, so it has no option of a generator. */
function parseHash(kind: FieldKind, input: YamlMap, report: Report): ValueSpec | undefined {
  if (!knownKeys(input, ['hash', 'range'], report, [])) return undefined
  const of = typeof input.hash === 'string' ? input.hash.trim().replace(/^=\s*/, '') : ''
  if (!new RegExp(`^${namePattern}$`).test(of)) {
    const message = 'a hash needs the name of what it is made of'
    report({ code: 'bad-value', message, hint: 'write `{hash: name, range: 1024-65535}`', path: ['hash'] })
    return undefined
  }
  const range = parseScalar(input.range ?? 'any', text => parseRange(kind, text), report, ['range'])
  return range && { kind: 'hash', of, ...range }
}
