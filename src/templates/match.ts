import { ones, readBits, writeBits } from './bits.js'
import { type Diagnostic, warning } from './diagnostic.js'
import { groupsOf } from './group.js'
import { extremes } from './header-table.js'
import { type Layout, type PlacedField, piecesOf } from './layout.js'
import { Lookalikes } from './lookalikes.js'
import type { SlotSpec } from './pieces.js'
import type { MatchRule, StreamPlan } from './plan.js'
import { trim } from './rules.js'

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

/**
 * Two streams at one receiver whose rules can match one and the same frame. Members of one stream may look alike: only
 * their sum is reported (src/stats/streams.ts).
 */
export function checkMatches(streams: readonly StreamPlan[]): Diagnostic[] {
  const groups = groupsOf(streams.filter(({ match }) => match !== null))
  const seen = new Map<string | null, Lookalikes>()
  return groups.flatMap((group, i) => {
    const [stream] = group
    const rules = distinct(group.flatMap(({ match }) => match ?? []))
    const there = seen.get(stream.rx) ?? new Lookalikes()
    seen.set(stream.rx, there)
    const twin = there.first(rules)
    there.add(rules, i)
    return twin === undefined ? [] : [alike(stream, groups[twin]![0])]
  })
}

/** Members that differ in what no rule looks at have the same one. */
const distinct = (rules: readonly MatchRule[]): MatchRule[] => [
  ...new Map(rules.map(rule => [[rule.offset, ...rule.value, 'of', ...rule.mask].join(), rule])).values(),
]

const alike = (stream: StreamPlan, twin: StreamPlan): Diagnostic =>
  warning(stream.path, {
    code: 'streams-look-alike',
    message: `frames of ${stream.name} and ${twin.name} cannot be told apart at ${stream.rx}: they are counted as ${twin.name}'s`,
    hint: 'give them other addresses or ports, or frames with room for the signature',
  })
