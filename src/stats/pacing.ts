/** What the schedule asked for, and whether the run kept to it. */
import { type Pace as Asked, nsFor, packetsBy } from '../templates/rate.js'

/** One paced stream, as it ran. */
export interface Paced {
  asked: Exclude<Asked, { shape: 'line' }>
  /** This process sends one of so many shares. */
  shards: number
  /** Packets of one turn: a share of a total may end a turn early or late. */
  runLength: number
  count: number | null
  sent: number
  /**
   * How far the schedule came: as long as it ran, which is the stream's whole window where that is what ended it, else
   * first to last packet; more or less than that where its speed was changed (rate-changes.ts).
   */
  seconds: number
  /** A run that is further from the asked rate than this is not a measurement at that rate. */
  tolerance: number
  /** First to last packet, where that is known for this stream alone and `count` was reached; else null. */
  ownSeconds: number | null
}

export type Pace = 'met' | 'missed' | 'exceeded'

/** Packets that were due by then: the integral of the asked rate, or the count. */
export const duePackets = ({
  asked,
  shards,
  count,
  seconds,
}: Omit<Paced, 'sent' | 'ownSeconds' | 'tolerance'>): number =>
  Math.min(count ?? Number.POSITIVE_INFINITY, packetsBy(asked, seconds * 1e9) / shards)

/**
 * Judged by packets that were due, not by the mean rate: a stream that stalled at half time has sent its first half
 * at exactly the asked rate. One packet of slack, so that runs of a few packets can pass.
 */
export function judge(run: Paced): Pace {
  const due = duePackets(run)
  const tolerance = toleranceOf(run, due)
  const turn = run.runLength - 1
  if (run.sent < due * (1 - tolerance) - 1 - turn) return 'missed'
  if (run.sent > due * (1 + tolerance) + BURST_SLACK + turn + burstOf(run.asked)) return 'exceeded'
  if (run.ownSeconds === null) return 'met'
  const dueSeconds = nsFor(run.asked, run.sent * run.shards) / 1e9
  return run.ownSeconds > dueSeconds * (1 + tolerance) + CATCH_UP_S ? 'missed' : 'met'
}

/** The number of a Poisson process's packets varies by the root of its mean: 4 sigma are 1 in 16,000 runs. */
function toleranceOf({ asked: { shape }, tolerance }: Paced, due: number): number {
  return shape === 'poisson' ? Math.max(tolerance, 4 / Math.sqrt(Math.max(due, 1))) : tolerance
}

const burstOf = (asked: Asked): number => (asked.shape === 'burst' ? asked.frames : 0)

// As long as the native core lets any paced run catch up after its time (kGraceNs in tx_loop.cc).
const CATCH_UP_S = 0.1
// A pacer that sends in bursts may end a burst ahead of its schedule.
const BURST_SLACK = 64
