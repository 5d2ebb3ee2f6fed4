import type { Comparison, ProfileVerdict } from '../../compare/compare.js'
import type { StoredResult } from '../read.js'

export const COMPARE_SCHEMA = 'nmgen.compare/1'

/** All profiles of two result sets; what every format of a comparison is written from. */
export interface ComparisonReport {
  schema: typeof COMPARE_SCHEMA
  verdict: ProfileVerdict
  /** `interleaved`: both sides in turn, A B B A; `sequential`: one was stored earlier. */
  mode: 'interleaved' | 'sequential'
  base: string
  current: string
  profiles: readonly Comparison[]
  warnings: readonly string[]
  /** Seconds that the trials took; null: they were not run here. */
  seconds: number | null
}

/** The runs that a profile was compared by; charts are made of what lies beside them. */
export interface Sides {
  base: readonly StoredResult[]
  current: readonly StoredResult[]
}
