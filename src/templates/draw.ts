import type { Drawn, ValueSpec } from '../profile/model.js'
import { aliasTable, single } from './alias.js'
import type { FieldProgram } from './plan.js'
import { sizeOf } from './sets.js'
import { zipfColumns } from './zipf.js'

export type Draw = Pick<FieldProgram, 'op' | 'size' | 'step' | 'every' | 'key' | 'columns' | 'shuffle'>

/** Step 1 of a field program. */
export function drawOf(spec: Drawn, key: bigint, shuffle = false): Draw {
  const of = (op: Draw['op'], size: bigint, own: bigint, step = 0n, columns = noColumns): Draw => ({
    op,
    size,
    step,
    every: spec.every,
    key: own,
    columns,
    shuffle,
  })
  if (spec.kind === 'list') return of('list', BigInt(spec.values.length), 0n)
  if (spec.kind === 'weighted') {
    const columns = aliasTable(spec.weights.map((weight, i) => single(weight, BigInt(i))))
    return of('weighted', BigInt(spec.values.length), key, 0n, columns)
  }
  const size = sizeOf(spec)
  if (spec.kind === 'inc') return of('inc', size, 0n, spec.step % size)
  // Counting down by s is counting up by size - s, from the highest value.
  if (spec.kind === 'dec') return of('inc', size, size - 1n, modulo(-spec.step, size))
  if (spec.kind === 'zipf') return of('zipf', size, key, 0n, zipfColumns(size, spec.exponent))
  return of(spec.kind, size, key)
}

const noColumns: Draw['columns'] = []

/** Its numbers depend on the key: what counts has none. */
export const isKeyed = ({ kind }: ValueSpec): boolean => kind !== 'inc' && kind !== 'dec' && kind !== 'list'

const modulo = (a: bigint, size: bigint): bigint => ((a % size) + size) % size
