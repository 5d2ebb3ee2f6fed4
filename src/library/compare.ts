import {
  type Comparison,
  compare as compareResults,
  isComparable,
  type Options,
  worst,
} from '../compare/compare.js'
import type { Result } from '../stats/result.js'

export { type Comparison, isComparable, type Options, worst }

const usual: Options = { gates: null, strict: false, allowOtherEnvironment: false, interleaved: false }

/** Two sets of results of one profile, four runs each at least, to a verdict: regression, improvement, equivalent, inconclusive. */
export const compare = (
  base: readonly Result[],
  current: readonly Result[],
  options: Partial<Options> = {},
): Comparison => compareResults(base, current, { ...usual, ...options })
