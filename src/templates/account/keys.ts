/** Groups of frames without a signature: which of their bits tell a receiver what the number of the packet would have. */
import { type BitRange, ones, writeBits } from '../bits.js'
import type { FieldProgram, GroupKeys, StreamPlan } from '../plan.js'
import { type Axis, ownAxis, shownBy, writeValue } from './axis.js'

/** What native/tx/group_keys.h compares at most. */
const MAX_BYTES = 32

/** A cell: a template, and a number on each axis. */
export interface CellOf {
  name: string
  template: number
  at(axis: Axis): bigint
}

/** Can its values be told from the numbers of these axes? */
export const isShown = (program: FieldProgram, axes: readonly Axis[]): boolean =>
  program.clip === null &&
  axes.some(({ key }) => key === ownAxis(program).key || (!program.hash && key === `${program.draw}`))

/** Where a program stores its value. */
export const placeOfProgram = ({ offset, bytes, shift, bits }: FieldProgram): BitRange => ({
  bitOffset: (offset + bytes) * 8 - shift - bits,
  bits,
})

/** undefined: these bits do not tell groups apart, or there are too many of them. */
export function keysOf(
  { templates, fields }: StreamPlan,
  places: readonly BitRange[],
  axes: readonly Axis[],
  cells: readonly CellOf[],
): GroupKeys | undefined {
  const mask = maskOf(places)
  const offsets = [...mask.keys()].filter(offset => mask[offset] !== 0)
  if (offsets.length > MAX_BYTES) return undefined
  const programs = fields.filter(program => isShown(program, axes))
  const values = new Uint8Array(cells.length * offsets.length)
  const names = new Map<string, string>()
  for (const [k, { name, template, at }] of cells.entries()) {
    const bytes = Uint8Array.from(templates[template]!.bytes)
    for (const program of programs) writeValue(bytes, program, shownBy(program, axes, at))
    const key = offsets.map(offset => bytes[offset]! & mask[offset]!)
    if ((names.get(key.join()) ?? name) !== name) return undefined
    names.set(key.join(), name)
    values.set(key, k * offsets.length)
  }
  return { offsets, masks: offsets.map(offset => mask[offset]!), values }
}

function maskOf(places: readonly BitRange[]): Uint8Array {
  const end = Math.max(0, ...places.map(({ bitOffset, bits }) => Math.ceil((bitOffset + bits) / 8)))
  const mask = new Uint8Array(end)
  for (const place of places) writeBits(mask, place, ones(place.bits))
  return mask
}
