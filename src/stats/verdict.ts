import { Exit, type ExitCode } from '../exit.js'
import type { StopReason } from '../gen/snapshot.js'
import type { Pace } from './pacing.js'
import type { Result, Threshold, Verdict } from './result.js'

export interface VerdictInput {
  stopped: StopReason
  streams: readonly { pace: Pace | null }[]
  thresholds: readonly Threshold[]
  sent: number
  /** A receiver of ours may have lost what is missing. */
  isOverwhelmed: boolean
}

/**
 * The first that applies. A run that broke or was cut short proves nothing; one whose generator missed the asked rate
 * proves nothing about the device, so `invalid` goes before `fail`; nor does one whose receiver may have lost what is
 * missing. Loss alone fails nothing: a profile that minds says so in `expect`.
 */
export function verdictOf({ stopped, streams, thresholds, sent, isOverwhelmed }: VerdictInput): Verdict {
  if (stopped === 'failed') return 'broken'
  if (stopped === 'interrupted' || stopped === 'terminated') return 'interrupted'
  if (
    stopped === 'late' ||
    sent === 0 ||
    isOverwhelmed ||
    streams.some(({ pace }) => pace === 'missed' || pace === 'exceeded')
  )
    return 'invalid'
  return thresholds.every(threshold => threshold.passed) ? 'pass' : 'fail'
}

export function exitOf({ verdict, stopped }: Pick<Result, 'verdict' | 'stopped'>): ExitCode {
  switch (verdict) {
    case 'pass':
      return Exit.pass
    case 'fail':
      return Exit.threshold
    case 'invalid':
      return Exit.invalid
    case 'broken':
      return Exit.broken
    case 'interrupted':
      return stopped === 'terminated' ? Exit.terminated : Exit.interrupted
  }
}
