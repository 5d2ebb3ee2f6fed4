import type { ValueSpec } from '../profile/model.js'
import { container } from './bits.js'
import { type Diagnostic, error } from './diagnostic.js'
import { fieldKey } from './key.js'
import type { Layout, PlacedField } from './layout.js'
import { type Part, split } from './parts.js'
import type { FieldOp, FieldProgram, FieldSum } from './plan.js'

type Generator = Pick<FieldProgram, 'op' | 'low' | 'size' | 'step' | 'every' | 'key' | 'values'>
/** The seed of the run and the name of the stream: what every key is drawn from. */
export interface Identity {
  seed: number
  stream: string
}

/** A program for each part of a field that varies; `sumsOf` tells which checksums cover it. */
export function fieldPrograms(
  layout: Layout,
  identity: Identity,
  sumsOf: (field: PlacedField, lastByte: number) => readonly FieldSum[],
): FieldProgram[] {
  return layout.layers
    .flatMap(layer => layer.fields)
    .flatMap(field =>
      varyingParts(field).map(part => {
        const { offset, length, shift } = container(part)
        const name = `${field.name}${part.suffix}`
        const sums = sumsOf(field, offset + length - 1)
        return {
          name,
          offset,
          bytes: length,
          shift,
          bits: part.bits,
          ...generator(part.spec, name, identity),
          sums,
        }
      }),
    )
}

const varyingParts = (field: PlacedField): readonly Part[] =>
  field.spec ? (split(field, field.spec) ?? []).filter(part => part.spec.kind !== 'literal') : []

function generator(spec: ValueSpec, name: string, { seed, stream }: Identity): Generator {
  if (spec.kind === 'literal') throw new Error(`${name} is a literal, which needs no program`)
  const common = { every: spec.every, step: 0n, key: 0n, values: [] }
  if (spec.kind === 'list')
    return { ...common, op: 'list', low: 0n, size: BigInt(spec.values.length), values: spec.values }
  const range = { ...common, low: spec.low, size: spec.high - spec.low + 1n }
  if (spec.kind === 'inc') return { ...range, op: 'inc', step: spec.step % range.size }
  // Counting down by s is counting up by size - s, from the highest value.
  if (spec.kind === 'dec')
    return { ...range, op: 'inc', key: range.size - 1n, step: modulo(-spec.step, range.size) }
  const op: FieldOp = spec.kind
  return { ...range, op, key: fieldKey(seed, stream, name) }
}

const modulo = (a: bigint, size: bigint): bigint => ((a % size) + size) % size

export function checkWidths(layout: Layout): Diagnostic[] {
  return layout.layers
    .flatMap(layer => layer.fields)
    .filter(field => field.spec && !split(field, field.spec))
    .map(field =>
      error(field.path, {
        code: 'range-too-wide',
        message: `${field.name} varies over more than 64 bits`,
        hint: 'use `random` over a prefix, or vary only the last 64 bits',
      }),
    )
}
