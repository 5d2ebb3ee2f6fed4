import { formatAddressRange } from '../units/address.js'
import { unscale } from '../units/decimal.js'
import { maxOf } from '../units/integer.js'
import { formatSize } from '../units/size.js'
import { type FieldKind, formatLiteral } from './literal.js'
import type { FrameSpec, ValueSpec } from './model.js'

/** A field as a profile writes it: `9`, `{random: 1024-65535}`, `{inc: {range: 0-7, step: 2}}`. */
export function formatField(kind: FieldKind, spec: ValueSpec): string {
  if (spec.kind === 'literal') return formatLiteral(kind, spec.value)
  const source =
    spec.kind === 'list'
      ? `[${spec.values.map(value => formatLiteral(kind, value)).join(', ')}]`
      : formatRange(kind, spec.low, spec.high)
  const step = 'step' in spec && spec.step !== 1n ? `, step: ${spec.step}` : ''
  const every = spec.every !== 1n ? `, every: ${spec.every}` : ''
  if (step + every === '') return `{${spec.kind}: ${source}}`
  return `{${spec.kind}: {${spec.kind === 'list' ? 'values' : 'range'}: ${source}${step}${every}}}`
}

export function formatRange(kind: FieldKind, low: bigint, high: bigint): string {
  if (low === 0n && high === maxOf(kind.bits)) return 'any'
  if (kind.type === 'uint' || kind.type === 'flags') return `${low}-${high}`
  return formatAddressRange(kind.type, { low, high })
}

export const formatShare = (percent: number): string => `${unscale(percent, 0)}%`

export function formatFrame(frame: FrameSpec): string {
  if (frame.kind === 'fixed') return formatSize(frame.frameBytes)
  return `{imix: {${frame.sizes.map(size => `${formatSize(size.frameBytes)}: ${size.weight}`).join(', ')}}}`
}
