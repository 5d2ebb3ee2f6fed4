import type { Comparison } from '../../compare/compare.js'
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

/** Workflow commands of GitHub Actions: one for each profile, the most severe first. */
export function comparisonGithub(report: ComparisonReport): string {
  const lines = SEVERITY.flatMap(level =>
    report.profiles
      .filter(profile => LEVELS[profile.verdict] === level)
      .slice(0, SHOWN)
      .map(annotation),
  )
  return lines.map(line => `${line}\n`).join('')
}

function annotation(profile: Comparison): string {
  const details = profile.metrics.filter(row => row.gated && row.verdict === profile.verdict)
  const text = [
    because(profile),
    ...details.map(row => `${row.metric}: ${changeText(row)}`),
    ...profile.reasons,
  ].join('\n')
  const where = `file=${property(profile.file)},line=1,title=${property(`nmgen ${profile.verdict}`)}`
  return `::${LEVELS[profile.verdict]} ${where}::${data(text)}`
}

const data = (text: string): string => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const property = (text: string): string => data(text).replace(/:/g, '%3A').replace(/,/g, '%2C')

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
