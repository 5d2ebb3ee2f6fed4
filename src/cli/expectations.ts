/** `--expect`: what is wrong with one is shown in its text, as a profile's mistakes are in theirs. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Diagnostic } from '../profile/diagnostics.js'
import { parseExpectation } from '../profile/expectation.js'
import type { Expectation } from '../profile/model.js'
import { unknownMetrics } from '../stats/thresholds.js'
import type { Plan } from '../templates/plan.js'
import type { Refused, Span } from '../units/parsed.js'
import { printDiagnostics } from './print-diagnostics.js'

/** `--expect`, each beside those of the profile. It has no variable: nothing separates one from the next. */
export function readExpect(texts: readonly string[]): readonly Expectation[] | undefined {
  if (texts.length === 0) return undefined
  const results = texts.map(text => ({ text, result: parseExpectation(text) }))
  const wrong = results.flatMap(({ text, result }) => (result.ok ? [] : [refusal(text, result)]))
  if (wrong.length === 0)
    return results.flatMap(({ result }) => (result.ok ? [{ ...result.value, path: [] }] : []))
  printDiagnostics(wrong, '')
  throw new NmgenError('usage', `--expect has ${errors(wrong.length)}`, Exit.usage)
}

/** Before the run; those of the profile were looked up when it was compiled. */
export function checkMetrics(plan: Pick<Plan, 'expect' | 'streams' | 'account'>): void {
  const wrong = unknownMetrics(plan.expect, plan)
  if (wrong.length === 0) return
  const spanOf = ({ text, metric }: Expectation) => {
    const from = text.indexOf(metric)
    return { from, to: from + metric.length }
  }
  const diagnostics = wrong.map(({ expectation, hint }) =>
    inText(expectation.path.length > 0 ? 'expect' : '--expect', expectation.text, spanOf(expectation), {
      code: 'unknown-metric',
      message: `there is no metric \`${expectation.metric}\``,
      hint,
    }),
  )
  printDiagnostics(diagnostics, '')
  throw new NmgenError('unknown-metric', `the expectations have ${errors(wrong.length)}`, Exit.profile)
}

const errors = (count: number): string => `${count} ${count === 1 ? 'error' : 'errors'}`

const refusal = (text: string, { code, message, hint, span }: Refused): Diagnostic =>
  inText('--expect', text, span ?? { from: 0, to: text.length }, {
    code,
    message,
    ...(hint !== undefined && { hint }),
  })

function inText(
  place: string,
  setting: string,
  { from, to }: Span,
  words: Pick<Diagnostic, 'code' | 'message' | 'hint'>,
): Diagnostic {
  const at = { line: 1, column: from + 1, endColumn: Math.max(from + 2, to + 1) }
  return { ...words, severity: 'error', path: [], file: place, ...at, setting, settingFile: place }
}
