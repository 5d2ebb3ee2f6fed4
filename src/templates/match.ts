import { ones, readBits, writeBits } from './bits.js'
import { type Diagnostic, warning } from './diagnostic.js'
import { extremes } from './header-table.js'
import { type Layout, type PlacedField, piecesOf } from './layout.js'
import type { SlotSpec } from './pieces.js'
import type { MatchRule, StreamPlan } from './plan.js'
import { overlap, trim } from './rules.js'

/**
 * How a receiver knows the frames of a stream that carry no signature: by the header bits that identify a flow and
 * do not vary. Devices on the way may change the rest (MAC addresses, TTL, DSCP, checksums).
 */
export function matchRule(layout: Layout, template: Uint8Array): MatchRule {
  const mask = new Uint8Array(layout.payloadOffset)
  const value = new Uint8Array(layout.payloadOffset)
  for (const field of layout.layers.flatMap(layer => layer.fields).flatMap(piecesOf)) {
    if (!field.field.identifies) continue
    const fixed = constantBits(field)
    writeBits(mask, field, fixed)
    if (field.spec) writeBits(value, field, (extremes(field.spec)[0] ?? 0n) & fixed)
    else copyBytes(template, value, field)
  }
  return trim(mask, value)
}

/** Bits that are the same in every packet: for a range, the prefix that its ends share. */
function constantBits({ spec, bits }: PlacedField): bigint {
  if (!spec || spec.kind === 'literal') return ones(bits)
  const differing = differences(spec)
  if (spec.kind === 'list' || spec.kind === 'weighted') return ones(bits) & ~differing
  return ones(bits) & ~ones(differing === 0n ? 0 : differing.toString(2).length)
}

function differences(spec: SlotSpec): bigint {
  const [first, ...others] = extremes(spec)
  return others.reduce((all, other) => all | (other ^ first!), 0n)
}

function copyBytes(from: Uint8Array, to: Uint8Array, { bitOffset, bits }: PlacedField): void {
  writeBits(to, { bitOffset, bits }, readBits(from, { bitOffset, bits }))
}

/** Two streams at one receiver whose rules can match one and the same frame. */
export function checkMatches(streams: readonly StreamPlan[]): Diagnostic[] {
  const ruled = streams.filter(({ match }) => match !== null)
  return ruled.flatMap((stream, i) => {
    const twin = ruled.find(
      (other, j) =>
        j >= i ||
        // Of members of one stream only the sum is reported (src/stats/streams.ts).
        (other.name !== stream.name && other.rx === stream.rx && overlap(other.match, stream.match)),
    )
    return twin && twin !== stream ? [alike(stream, twin)] : []
  })
}

const alike = (stream: StreamPlan, twin: StreamPlan): Diagnostic =>
  warning(stream.path, {
    code: 'streams-look-alike',
    message: `frames of ${stream.name} and ${twin.name} cannot be told apart at ${stream.rx}: they are counted as ${twin.name}'s`,
    hint: 'give them other addresses or ports, or frames with room for the signature',
  })
