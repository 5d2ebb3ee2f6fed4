import { type Parsed, refuse } from '../units/parsed.js'
import { hull, type Range, subtract, union } from '../units/ranges.js'
import { type FieldKind, parseLiteral, parseRange } from './literal.js'
import type { ValueSet, YamlPath } from './model.js'
import { describe, parseScalar, type Report } from './problem.js'

/** Bounds what a short file can make the compiler compare. */
const maxRanges = 1024

/** A range or a list of ranges and values, without what stands in `not`. */
export function parseSet(
  kind: FieldKind,
  { range, not }: { range: unknown; not?: unknown },
  report: Report,
  { range: path, not: without = path }: { range: YamlPath; not?: YamlPath },
): ValueSet | undefined {
  const given = Array.isArray(range) ? rangesIn(kind, range, report, path) : one(kind, range, report, path)
  const holes = not === undefined ? [] : rangesIn(kind, Array.isArray(not) ? not : [not], report, without)
  if (!given || !holes) return undefined
  const left = subtract(union(given), holes)
  if (left.length > 0) return { ...hull(left), ...(left.length > 1 && { ranges: left }) }
  report({
    code: 'empty-set',
    message: 'nothing is left of the range',
    hint: 'make `range` wider, or `not` narrower',
    path: without,
  })
  return undefined
}

function one(kind: FieldKind, input: unknown, report: Report, path: YamlPath): Range[] | undefined {
  const range = parseScalar(input, text => parseRange(kind, text), report, path)
  return range && [range]
}

function rangesIn(kind: FieldKind, items: readonly unknown[], report: Report, path: YamlPath) {
  if (items.length === 0 || items.length > maxRanges) {
    const message = `a list of ranges holds 1 to ${maxRanges}, not ${items.length}`
    report({ code: 'out-of-range', message, hint: 'such as `[1-9, 20, 30-39]`', path })
    return undefined
  }
  const ranges = items.map((item, i) =>
    parseScalar(item, text => parseItem(kind, text, item), report, items.length > 1 ? [...path, i] : path),
  )
  return ranges.every(range => range !== undefined) ? ranges : undefined
}

/** In a list, a value stands for itself. */
function parseItem(kind: FieldKind, text: string, item: unknown): Parsed<Range> {
  if (/[/-]|^any$/.test(text.trim())) return parseRange(kind, text)
  const value = parseLiteral(kind, item)
  return value.ok ? { ok: true, value: { low: value.value, high: value.value } } : value
}

/** What a variable's values look like decides what they are: it has no field that would say so. */
export function kindOf(input: unknown, report: Report, path: YamlPath): FieldKind | undefined {
  const first = Array.isArray(input) ? input[0] : input
  if (typeof first !== 'string' && typeof first !== 'number') {
    report({ code: 'wrong-type', message: `this must be a range, not ${describe(first)}`, path })
    return undefined
  }
  if (first !== 'any') return looksLike(String(first).trim())
  const { message, hint } = noWidth
  report({ code: 'bad-value', message, path, ...(hint && { hint }) })
  return undefined
}

const noWidth = refuse('bad-value', 'a variable has no width, so `any` has no end', 'write a range')

function looksLike(text: string): FieldKind {
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}(\s*-|$)/i.test(text)) return { type: 'mac', bits: 48 }
  if (text.includes(':')) return { type: 'ipv6', bits: 128 }
  return text.includes('.') ? { type: 'ipv4', bits: 32 } : { type: 'uint', bits: 64 }
}
