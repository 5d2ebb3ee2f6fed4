import type { Result } from '../../stats/result.js'
import { because } from '../verdict.js'
import { annotation } from '../workflow.js'
import type { StoredFormat } from './stored.js'

/** One annotation a run that did not pass. */
export const github: StoredFormat = {
  name: 'github',
  describe: 'annotations of GitHub Actions',
  write: results => results.map(({ result }) => (result.verdict === 'pass' ? '' : told(result))).join(''),
}

function told(result: Result): string {
  const { profile, verdict, thresholds } = result
  const failed = thresholds.filter(({ passed }) => !passed)
  const lines = failed.map(({ text, reason, measured }) => `${text}: ${reason ?? `measured ${measured}`}`)
  const level = verdict === 'interrupted' ? 'warning' : 'error'
  return annotation(level, profile.file, `nmgen ${verdict}`, [because(result), ...lines].join('\n'))
}
