import type { Histograms } from '../stats/latency.js'
import type { Result } from '../stats/result.js'
import type { Interval } from '../stats/sampler.js'

/** What a format may write before the first packet. */
export interface RunHead {
  startedAt: Date
  /** Names of the streams, by id; the members of one have the same. */
  streams: readonly string[]
}

/** One interval of a run; the histograms are of this interval alone. */
export interface Sample extends Histograms {
  interval: Interval
}

/**
 * One format, one file of the run folder. A format returns text and touches no file. One that has `interval`
 * grows line by line, so that a run that is killed leaves what it had measured; any other is written whole at the end.
 */
export interface Report {
  file: string
  head?(run: RunHead): string
  interval?(sample: Sample, run: RunHead): string
  /** It must not be missing when the disk is full at the end: room for it is taken at the beginning. */
  isReserved?: boolean
  end?(result: Result): string
}
