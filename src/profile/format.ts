import { unscale } from '../units/decimal.js'
import type { FieldKind } from './literal.js'
import type { FieldSpec, FragmentSpec, FrameSpec, Generator, LayerSpec, VariableSpec } from './model.js'
import { fieldDocument, pickDocument, stringDocument, variableDocument } from './write-field.js'
import { fragmentDocument } from './write-fragment.js'
import { frameDocument } from './write-frame.js'

export { formatRange } from './write-field.js'

/** A field as a profile writes it: `9`, `{random: 1024-65535}`, `{inc: {range: 0-7, step: 2}}`. */
export const formatField = (kind: FieldKind, spec: FieldSpec): string =>
  flow(fieldDocument(kind, spec, 'short'))

export function formatPayload({ bytes, content }: Pick<LayerSpec, 'bytes' | 'content'>): string | undefined {
  if (content) return flow(stringDocument(content, 'short'))
  return bytes && flow({ bytes: Buffer.from(bytes).toString('hex') })
}

export const formatVariable = (spec: VariableSpec): string => flow(variableDocument(spec, 'short'))

export const formatPick = (pick: Generator): string => flow(pickDocument(pick, 'short'))

/** Plain data in one line of YAML. Its texts need no quotes: numbers, addresses, ranges, references. */
function flow(data: unknown): string {
  if (Array.isArray(data)) return `[${data.map(flow).join(', ')}]`
  if (typeof data !== 'object' || data === null) return String(data)
  return `{${Object.entries(data)
    .map(([key, value]) => `${key}: ${flow(value)}`)
    .join(', ')}}`
}

export const formatShare = (percent: number): string => `${unscale(percent, 0)}%`

/** Inclusive. */
export const formatIndices = ({ low, high }: { low: number; high: number }): string =>
  low === high ? String(low) : `${low}-${high}`

export const formatFrame = (frame: FrameSpec): string => flow(frameDocument(frame))

/** As a profile writes it, every key given. */
export const formatFragment = (fragment: FragmentSpec): Record<keyof FragmentSpec, string> => {
  const { mtu, order, fault, interleave } = fragmentDocument(fragment)
  return { mtu: flow(mtu), order: flow(order), fault: flow(fault), interleave: flow(interleave) }
}
