import type { Histograms, RunOutcome, Snapshot } from './snapshot.js'

/** A run under way. */
export interface Run {
  /** Reads the counter pages now. Cheap; touches nothing that the loops write per packet. */
  snapshot(): Snapshot
  /** What the histograms have counted since the previous call, added up over queues (for `latency.hlog` and the like). */
  histograms(): Histograms
  /** Asks every native loop to end (within 100 ms). */
  stop(reason: 'interrupted' | 'terminated'): void
  /**
   * Of a run that was begun with `isSteered`: from now on all paced streams are sent `factor` times as fast as the plan
   * asks for; ramps, bursts and the times of captures with them. When streams begin and end does not change.
   */
  setRate(factor: number): void
  /** Resolves when the workers are released, or could not be: what takes time is not in the way of the first packet then. */
  readonly begun: Promise<void>
  /** Resolves after sending stopped, stragglers were waited for and all devices are closed. Never rejects for a run that broke. */
  readonly done: Promise<RunOutcome>
}
