import { annotation } from '../workflow.js'
import type { FindReport } from './report.js'
import { because } from './words.js'

/** One annotation, unless every goal has its interval. */
export function searchGithub(report: FindReport): string {
  const { verdict, profile } = report
  if (verdict === 'found') return ''
  const level = verdict === 'broken' || verdict === 'invalid' ? 'error' : 'warning'
  return annotation(level, profile.file, `nmgen find: ${verdict}`, because(report))
}
