import { countOf } from '../units/ranges.js'
import type { VariablePart } from './model.js'

/** How many combinations there are. */
export const sizeOf = (parts: readonly VariablePart[]): bigint =>
  parts.reduce((product, { low, high, ranges }) => product * countOf(ranges ?? [{ low, high }]), 1n)
