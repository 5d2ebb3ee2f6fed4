import { page } from '../html/page.js'
import { runPage } from '../html/run.js'
import { storedRun } from './histograms.js'
import type { StoredFormat } from './stored.js'

export const html: StoredFormat = {
  name: 'html',
  describe: 'one page that needs nothing else, with charts',
  write: async results => {
    const runs = []
    for (const stored of results) runs.push(runPage(await storedRun(stored)))
    const [first] = results
    return page(`nmgen: ${first!.result.profile.name}, ${first!.result.verdict}`, runs.join('\n<hr>\n'))
  },
}
