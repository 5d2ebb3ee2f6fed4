/** What a search asks for and gets: it knows of trials nothing but this, so that it runs on a device or on paper. */
import type { Values } from '../stats/thresholds.js'

export interface Ask {
  /** Packets per second of the busiest port; the other ports of the profile in proportion. */
  loadPps: number
  durationS: number
  /** A burst of so many frames of each stream back to back, instead of a load for a time. */
  frames?: number
}

export interface Trial extends Ask {
  /** What counts towards the sums of RFC 9971: as long as it was asked, or as sending took where that was longer. */
  effectiveS: number
  /** Of the frames that were to be sent, those that did not arrive. A frame that was never sent is among them. */
  lossRatio: number
  /** What goals are judged by; its `loss_ratio` is the one above. */
  values: Values
  /** Less was sent than asked: the load was not reached, so what it says of the device is its worst case. */
  limitedByGenerator: boolean
}

/** Yields what to measure next, is told how it went, and ends when it knows enough: what was found is read from the trials. */
export type Search = Generator<Ask, void, Trial>

export interface Limits {
  minPps: number
  maxPps: number
}

/** As RFC 2544 section 23 counts them: exactly so many, however long that takes. */
export const framesOf = ({ loadPps, durationS }: Ask): number => Math.max(1, Math.round(loadPps * durationS))

export const forwardedPps = ({ loadPps, lossRatio }: Pick<Trial, 'loadPps' | 'lossRatio'>): number =>
  loadPps * (1 - lossRatio)
