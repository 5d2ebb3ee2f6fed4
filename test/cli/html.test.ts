/** The pages of runs and of comparisons in a real browser. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
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

describe('the page of a comparison', () => {
  it('shows both sides in one chart, and each change with its interval', { timeout: 120_000 }, async ctx => {
    if (whyNoBrowser) ctx.skip(whyNoBrowser)
    await inFolder(async folder => {
      const [run, file] = [join(folder, 'run'), join(folder, 'compare.html')]
      const args = ['profiles/imix.yaml', '--rate', '20kpps', '--duration', '2500ms', '--out', run, '--quiet']
      expect([0, 11]).toContain((await nmgen(['run', ...args])).code)
      const result = JSON.parse(readFileSync(join(run, 'result.json'), 'utf8')) as Result
      for (const [side, factor] of [['base', 1], ['current', 0.9]] as const) // biome-ignore format: pairs
        for (let i = 0; i < 5; i++) {
          cpSync(run, join(folder, side, String(i)), { recursive: true })
          const metrics = { ...result.metrics, rx_pps: 2e4 * factor * (1 + i / 1000) }
          writeFileSync(
            join(folder, side, String(i), 'result.json'),
            JSON.stringify({ ...result, verdict: 'pass', cpus: [], metrics }), // whoever else had the CPUs
          )
        }
      const sides = [join(folder, 'base'), join(folder, 'current')]
      expect((await nmgen(['compare', ...sides, '--html', file])).code).toBe(10)
      expect(readFileSync(file, 'utf8')).not.toMatch(/<script|https?:\/\/|@import|url\(/)

      await inBrowser(async page => {
        await page.open(pathToFileURL(file).href)
        expect(await titlesOfCharts(page)).toEqual([
          'Changes, each with its interval',
          'rx_pps, run by run',
          'loss_ratio, run by run',
          'latency_p99_ns, run by run',
          'Packets per second, received',
          'Latency by percentile',
        ])
        const label = await page.evaluate<string>(`document.querySelector('svg').getAttribute('aria-label')`)
        expect(label).toMatch(/rx_pps -10\.\d+ % \[-10\.\d, -9\.\d+\]/)
        // Five runs of each side, named once.
        const rates = `[...document.querySelectorAll('figure')].at(-2)`
        expect(await page.evaluate(`${rates}.querySelectorAll('polyline').length`)).toBe(10)
        expect(await page.evaluate(`${rates}.querySelectorAll('.key').length`)).toBe(2)
        await page.screenshot('compare')
        expect(page.complaints).toEqual([])
      })
    })
  })
})
