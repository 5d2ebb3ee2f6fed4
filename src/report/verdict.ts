import { count, percent } from '../stats/format.js'
import type { Result, Verdict } from '../stats/result.js'
import type { Style } from '../stats/style.js'
import { titled } from './lines.js'

const COLOURS = {
  pass: 'green',
  fail: 'red',
  invalid: 'yellow',
  broken: 'red',
  interrupted: 'yellow',
} as const satisfies Record<Verdict, string>

/** First the word that everything else explains, then one sentence. */
export function headline(result: Result, style: Style): string[] {
  const { verdict, profile, error } = result
  const line = `${profile.name}: ${because(result)}`
  return titled([verdict, ['bold', COLOURS[verdict]]], line, style, error?.hint)
}

/** The sentence behind the word. */
export function because(result: Result): string {
  switch (result.verdict) {
    case 'pass':
      return [thresholdsMet(result), lossOf(result)].filter(part => part !== null).join(', ')
    case 'fail':
      return `${result.thresholds.filter(({ passed }) => !passed).length} of ${thresholds(result)} failed`
    case 'invalid':
      return invalid(result)
    case 'broken':
      return result.error ? `${result.error.message} [${result.error.code}]` : 'the run broke'
    case 'interrupted':
      return `${result.stopped} before its end; the numbers are of the part that ran`
  }
}

function invalid({ metrics, stopped, error, warnings }: Result): string {
  if (stopped === 'late' && error) return error.message
  if (metrics.tx_packets === 0) return 'nothing was sent'
  if (!warnings.some(({ code }) => code === 'rate-missed' || code === 'rate-exceeded'))
    return 'the receiver of this host may have lost what is missing; this says nothing about the device'
  return 'nmgen did not hold the asked rate; this says nothing about the device'
}

function thresholds({ thresholds }: Result): string {
  return `${thresholds.length} ${thresholds.length === 1 ? 'threshold' : 'thresholds'}`
}

function thresholdsMet(result: Result): string {
  return result.thresholds.length === 0 ? 'no thresholds set' : `${thresholds(result)} met`
}

function lossOf({ metrics }: Result): string | null {
  if (metrics.lost === null) return 'nobody listened, so loss is unknown'
  if (metrics.lost === 0) return 'nothing lost'
  return `${count(metrics.lost)} packets lost (${percent(metrics.loss_ratio ?? 0)})`
}
