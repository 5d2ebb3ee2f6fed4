import type { Result, Threshold } from '../../stats/result.js'
import { because } from '../verdict.js'
import { element, junitXml, output, type TestCase } from '../xml.js'
import type { StoredFormat } from './stored.js'

/** One test case a run, and one for each of its thresholds. */
export const junit: StoredFormat = {
  name: 'junit',
  describe: 'one test case a run and threshold',
  write: (results, at) => {
    const runs = results.map(({ result }) => result)
    const seconds = runs.reduce((sum, { metrics }) => sum + (metrics.duration_s ?? 0), 0)
    return junitXml({ name: 'nmgen', seconds, ...at, properties: {}, cases: runs.flatMap(casesOf) })
  },
}

function casesOf(result: Result): TestCase[] {
  const { profile, thresholds, metrics } = result
  const className = profile.file
  const run = { className, name: profile.name, seconds: metrics.duration_s ?? 0, inside: outcomeOf(result) }
  return [
    run,
    ...thresholds.map(threshold => ({
      className,
      name: threshold.text,
      seconds: 0,
      inside: judged(threshold),
    })),
  ]
}

/** A threshold that failed is a case of its own; this one is about the run. */
function outcomeOf(result: Result): string {
  if (result.verdict === 'pass' || result.verdict === 'fail') return ''
  return element('error', result.verdict, because(result), result.error?.hint ?? '')
}

const judged = ({ passed, measured, reason }: Threshold): string =>
  passed ? output(String(measured)) : element('failure', 'threshold', reason ?? `measured ${measured}`, '')
