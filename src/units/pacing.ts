/** What a sender does that cannot keep its schedule, and how far off it a run may be. */
import { unscale } from './decimal.js'
import { type Parsed, parsed, refuse } from './parsed.js'
import { hintFor } from './suggest.js'

export const latePolicies = ['catch-up', 'skip', 'fail'] as const
export type LatePolicy = (typeof latePolicies)[number]

export interface Pacing {
  /** What becomes of packets whose time has passed by more than `afterNs`. */
  late: LatePolicy
  afterNs: number
  /** Of `catch-up`: at most so many times as fast as asked. */
  catchUp: number
  /** Packets at once at most. */
  burst: number
  /** A run that is further from the asked rate than this share of it is invalid. */
  tolerance: number
}

/** What holds where a profile says nothing. */
export const defaultPacing: Pacing = {
  late: 'catch-up',
  afterNs: 1e6,
  catchUp: 100,
  burst: 64,
  tolerance: 0.01,
}

/** Also what `--late` takes. */
export function parseLate(text: string): Parsed<LatePolicy> {
  const found = latePolicies.find(policy => policy === text)
  if (found) return parsed(found)
  return refuse('bad-value', `\`${text}\` is nothing to do about late packets`, hintFor(text, latePolicies))
}

/** Moves the decimal point: 0.0123 is 1.23%. */
export const formatTolerance = (part: number): string => `${unscale(part, -2)}%`
