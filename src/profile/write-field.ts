/** A value → the plain data that it could have been read from. */
import { formatAddress, formatAddressRange } from '../units/address.js'
import { formatBytes } from '../units/bytes.js'
import { maxOf } from '../units/integer.js'
import type { Range } from '../units/ranges.js'
import { isBytes } from './field-bytes.js'
import { type FieldKind, formatLiteral } from './literal.js'
import type {
  FieldPart,
  FieldSpec,
  Generator,
  StringSpec,
  ValueSet,
  ValueSpec,
  VariablePart,
  VariableSpec,
} from './model.js'
import { formatReference } from './reference.js'
import { type Detail, stringOf } from './write-string.js'

export function fieldDocument(kind: FieldKind, spec: FieldSpec, detail: Detail): unknown {
  switch (spec.kind) {
    case 'checksum':
      return spec.mode
    case 'bytes':
      return bytesDocument(kind, spec.bytes)
    case 'literal':
      return spec.resolve ? 'resolve' : literalDocument(kind, spec.value)
    case 'parts':
      return { bits: spec.parts.map((part, i) => partDocumentOf(part, i, detail)) }
    case 'string':
      return stringDocument(spec, detail)
    case 'digit':
    case 'linked':
      throw new Error('a profile holds references, not what becomes of them')
    case 'ref':
      return formatReference(spec, value =>
        kind.type === 'uint' || kind.type === 'flags' || value > maxOf(kind.bits)
          ? value.toString()
          : formatAddress(kind.type as 'ipv4', value),
      )
    case 'hash':
      return { hash: spec.of, range: formatRange(kind, spec.low, spec.high) }
    case 'list':
      return {
        list: long(
          'values',
          spec.values.map(value => literalDocument(kind, value)),
          options(spec, detail),
        ),
      }
    case 'weighted': {
      const weights = spec.values.map((value, i) => [
        formatLiteral(kind, value),
        integerDocument(spec.weights[i]!),
      ])
      return { weighted: long('values', Object.fromEntries(weights), options(spec, detail)) }
    }
    default:
      return { [spec.kind]: long('range', setDocument(kind, spec), options(spec, detail)) }
  }
}

export const stringDocument = (spec: StringSpec, detail: Detail): unknown =>
  stringOf(spec, detail, value => fieldDocument({ type: 'uint', bits: 64 }, value, detail))

function partDocumentOf({ name, bits, value }: FieldPart, index: number, detail: Detail): unknown {
  const document = fieldDocument({ type: 'uint', bits }, value, detail)
  return name === String(index + 1) ? { [bits]: document } : { name, bits, value: document }
}

function bytesDocument(kind: FieldKind, bytes: Uint8Array): string {
  if (!isBytes(kind) || bytes.length === 0) return ''
  return kind.type === 'text' ? new TextDecoder().decode(bytes) : formatBytes(kind.type, bytes)
}

/** In short where there are no options. */
const long = (key: string, value: unknown, options: Record<string, unknown>): unknown =>
  Object.keys(options).length === 0 ? value : { [key]: value, ...options }

function options(spec: Generator | Extract<ValueSpec, { kind: 'list' | 'weighted' }>, detail: Detail) {
  const all = detail === 'all'
  return {
    ...('step' in spec && (all || spec.step !== 1n) && { step: integerDocument(spec.step) }),
    ...('exponent' in spec && (all || spec.exponent !== 1) && { exponent: spec.exponent }),
    ...((all || spec.every !== 1n) && { every: integerDocument(spec.every) }),
  }
}

const setDocument = (kind: FieldKind, { low, high, ranges }: ValueSet): unknown =>
  ranges ? ranges.map(range => itemDocument(kind, range)) : formatRange(kind, low, high)

const itemDocument = (kind: FieldKind, { low, high }: Range): unknown =>
  low === high ? literalDocument(kind, low) : formatRange(kind, low, high)

export function formatRange(kind: FieldKind & { open?: true }, low: bigint, high: bigint): string {
  if (!kind.open && low === 0n && high === maxOf(kind.bits)) return 'any'
  if (kind.type === 'mac' || kind.type === 'ipv4' || kind.type === 'ipv6')
    return formatAddressRange(kind.type, { low, high })
  return `${low}-${high}`
}

const literalDocument = (kind: FieldKind, value: bigint) =>
  kind.type === 'uint' ? integerDocument(value) : formatLiteral(kind, value)

/** JSON and YAML tools carry 53 bits without loss. */
export const integerDocument = (value: bigint) =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString()

const bits = { uint: 64, mac: 48, ipv4: 32, ipv6: 128 } as const

/** A variable has no width, so that its range is never `any`. */
const variableKind = (type: keyof typeof bits): FieldKind & { open: true } => ({
  type,
  bits: bits[type],
  open: true,
})

export function variableDocument({ type, value, parts }: VariableSpec, detail: Detail): unknown {
  const kind = variableKind(type)
  if (!parts || value.kind === 'literal' || 'values' in value) return fieldDocument(kind, value, detail)
  return { [value.kind]: { ...Object.fromEntries(parts.map(partDocument)), ...options(value, detail) } }
}

function partDocument({ name, type, low, high, ranges }: VariablePart): [string, unknown] {
  const kind = variableKind(type)
  if (ranges) return [name, setDocument(kind, { low, high, ranges })]
  return [name, itemDocument(kind, { low, high })]
}

export function pickDocument(pick: Generator, detail: Detail): unknown {
  const given = options(pick, detail)
  return Object.keys(given).length === 0 ? pick.kind : { [pick.kind]: given }
}
