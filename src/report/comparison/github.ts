import type { Comparison } from '../../compare/compare.js'
import { annotation } from '../workflow.js'
import { comparisonMarkdown } from './markdown.js'
import type { ComparisonReport } from './report.js'
import { because } from './text.js'
import { changeText } from './words.js'

const LEVELS = {
  regression: 'error',
  invalid: 'error',
  inconclusive: 'warning',
  improvement: 'notice',
  equivalent: undefined,
} as const

const SEVERITY = ['error', 'warning', 'notice'] as const
/** GitHub shows so many of a kind in a step. */
const SHOWN = 10

/** One annotation for each profile, the most severe first. */
export function comparisonGithub(report: ComparisonReport): string {
  return SEVERITY.flatMap(level => {
    const profiles = report.profiles.filter(({ verdict }) => LEVELS[verdict] === level)
    return profiles
      .slice(0, SHOWN)
      .map(profile => annotation(level, profile.file, `nmgen ${profile.verdict}`, textOf(profile)))
  }).join('')
}

function textOf(profile: Comparison): string {
  const details = profile.metrics.filter(row => row.gated && row.verdict === profile.verdict)
  return [
    because(profile),
    ...details.map(row => `${row.metric}: ${changeText(row)}`),
    ...profile.reasons,
  ].join('\n')
}

/** A step's summary is refused as a whole above 1 MiB. */
const SUMMARY_BYTES = 1024 * 1024

export function comparisonSummary(report: ComparisonReport): string {
  const text = comparisonMarkdown(report)
  if (Buffer.byteLength(text) <= SUMMARY_BYTES) return text
  const note = '\n\n(cut short: the rest is in the JSON document)\n'
  return `${Buffer.from(text)
    .subarray(0, SUMMARY_BYTES - note.length - 4)
    .toString('utf8')
    .replace(/\ufffd$/, '')}${note}`
}
