import type { Drawn, ValueSpec } from '../profile/model.js'
import { aliasTable, single } from './alias.js'
import type { FieldProgram } from './plan.js'
import { sizeOf } from './sets.js'
import { zipfColumns } from './zipf.js'

export type Draw = Pick<FieldProgram, 'op' | 'size' | 'step' | 'every' | 'key' | 'columns' | 'shuffle'>

/** Step 1 of a field program. */
export function drawOf(spec: Drawn, key: bigint, shuffle = false): Draw {
  const common = { every: spec.every, step: 0n, key: 0n, columns: [], shuffle }
  if (spec.kind === 'list') return { ...common, op: 'list', size: BigInt(spec.values.length) }
  if (spec.kind === 'weighted') {
    const columns = aliasTable(spec.weights.map((weight, i) => single(weight, BigInt(i))))
    return { ...common, op: 'weighted', size: BigInt(spec.values.length), key, columns }
  }
  const size = sizeOf(spec)
  if (spec.kind === 'inc') return { ...common, op: 'inc', size, step: spec.step % size }
  // Counting down by s is counting up by size - s, from the highest value.
  if (spec.kind === 'dec')
    return { ...common, op: 'inc', size, key: size - 1n, step: modulo(-spec.step, size) }
  if (spec.kind === 'zipf')
    return { ...common, op: 'zipf', size, key, columns: zipfColumns(size, spec.exponent) }
  return { ...common, op: spec.kind, size, key }
}

/** Its numbers depend on the key: what counts has none. */
export const isKeyed = ({ kind }: ValueSpec): boolean => kind !== 'inc' && kind !== 'dec' && kind !== 'list'

const modulo = (a: bigint, size: bigint): bigint => ((a % size) + size) % size
