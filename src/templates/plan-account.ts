/** Of the Plan: the groups that packets are counted in. */
import type { SizeDraw } from './plan.js'
import type { FieldProgram } from './plan-fields.js'

/**
 * Groups of a stream's packets. Packet i is in the cell whose number is the sum of the 64-bit words of the frame that
 * `frames`, `sequence`, `sizeDraw` and `programs` make for it, as those of the stream make its own.
 */
export interface Account {
  /** As the profile names them. */
  fields: readonly string[]
  /** Of each cell the name of its group, such as `vlan.priority=5`; several cells may have the same. */
  groups: readonly string[]
  /** After so many packets the cells come again in the same order; 0: they do not, or it takes too long. */
  period: number
  frames: readonly Uint8Array[]
  sequence: readonly number[]
  sizeDraw: SizeDraw | null
  programs: readonly FieldProgram[]
  /** Of frames without a signature, where they show their groups. */
  keys?: GroupKeys
}

/** A frame is in the cell c with (frame[offsets[k]] & masks[k]) == values[c * offsets.length + k] for all k. */
export interface GroupKeys {
  offsets: readonly number[]
  masks: readonly number[]
  values: Uint8Array
}
