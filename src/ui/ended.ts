import { quoted } from '../report/html/markup.js'
import { outcomeSections, verdictTitle } from '../report/html/run.js'
import { because } from '../report/verdict.js'
import type { Result } from '../stats/result.js'

/** What a page that looked on is left with. */
export const endPanels = (result: Result): Record<string, string> => ({
  title: verdictTitle(result),
  status: `<p>${quoted(because(result))}.</p>${outcomeSections(result)}`,
})
