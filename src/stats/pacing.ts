/** What the schedule asked for, and whether the run kept to it. */
import type { Rate } from '../profile/model.js'
import type { StreamPlan } from '../templates/plan.js'
import { FCS_BYTES, WIRE_OVERHEAD_BYTES } from './tx.js'

/** A run that is further from the asked rate than this is not a measurement at that rate. */
export const RATE_TOLERANCE = 0.01

/** Over one round of the stream's exact order of sizes, FCS included. */
export function meanFrameBytes(stream: StreamPlan): number {
  const sizes = stream.sequence.map(index => (stream.templates[index]?.bytes.length ?? 0) + FCS_BYTES)
  return sizes.reduce((total, size) => total + size, 0) / sizes.length
}

/** The asked packet rate, or null where it has no number: `line`, or a share of a link of unknown speed. */
export function askedPps(rate: Rate, frameBytes: number, linkBps: number | null): number | null {
  switch (rate.kind) {
    case 'line':
      return null
    case 'pps':
      return rate.pps
    case 'bps':
      return rate.bps / bitsOnLayer(rate.layer, frameBytes)
    case 'percent':
      return linkBps === null ? null : (linkBps * rate.percent) / 100 / bitsOnLayer(1, frameBytes)
  }
}

function bitsOnLayer(layer: 1 | 2, frameBytes: number): number {
  return 8 * (layer === 1 ? frameBytes + WIRE_OVERHEAD_BYTES : frameBytes)
}

/** One paced stream, as it ran. */
export interface Paced {
  askedPps: number
  count: number | null
  sent: number
  /** How long the schedule ran: the whole duration where that is what ended the run, else first to last packet. */
  seconds: number
  /** First to last packet, where that is known for this stream alone and `count` was reached; else null. */
  ownSeconds: number | null
}

export type Pace = 'met' | 'missed' | 'exceeded'

/**
 * Judged by packets that were due, not by the mean rate: a stream that stalled at half time has sent its first half
 * at exactly the asked rate. One packet and one millisecond of slack, so that runs of a few packets can pass.
 */
export function paceOf(run: Paced): Pace {
  const due = Math.min(run.count ?? Number.POSITIVE_INFINITY, run.askedPps * run.seconds)
  if (run.sent < due * (1 - RATE_TOLERANCE) - 1) return 'missed'
  if (run.sent > due * (1 + RATE_TOLERANCE) + BURST_SLACK) return 'exceeded'
  if (run.ownSeconds === null) return 'met'
  const dueSeconds = run.sent / run.askedPps
  return run.ownSeconds > dueSeconds * (1 + RATE_TOLERANCE) + 1e-3 ? 'missed' : 'met'
}

// A pacer that sends in bursts may end a burst ahead of its schedule.
const BURST_SLACK = 64
