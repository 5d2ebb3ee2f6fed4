/** The page of a run in a real browser. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { inBrowser, titlesOfCharts, whyNoBrowser } from '../lab/browser.js'
import { inFolder, nmgen } from './nmgen.js'

describe('the page of a run', () => {
  it('shows it without a script, an error, or a question to the network', { timeout: 120_000 }, async ctx => {
    if (whyNoBrowser) ctx.skip(whyNoBrowser)
    await inFolder(async folder => {
      const [run, file] = [join(folder, 'run'), join(folder, 'run.html')]
      const args = ['profiles/imix.yaml', '--rate', '20kpps', '--duration', '2500ms', '--out', run, '--quiet']
      expect([0, 11]).toContain((await nmgen(['run', ...args])).code)
      expect((await nmgen(['report', run, '--format', 'html', '--out', file])).code).toBe(0)
      expect(readFileSync(file, 'utf8')).not.toMatch(/<script|https?:\/\/|@import|url\(/)

      await inBrowser(async page => {
        await page.open(pathToFileURL(file).href)
        expect(await titlesOfCharts(page)).toEqual(
          expect.arrayContaining(['Packets per second', 'Latency by percentile', 'Latency over time']),
        )
        await page.screenshot('run')
        expect(page.complaints).toEqual([])
      })
    })
  })
})
