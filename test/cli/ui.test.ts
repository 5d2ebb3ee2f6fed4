/** `run --ui` in a real browser: what it shows while packets are sent, and that its button stops the run. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { inBrowser, whyNoBrowser } from '../lab/browser.js'
import { startNmgen, until } from './nmgen.js'

/** A run that waits to be stopped, and the address of its page. */
async function watchedRun() {
  const flags = ['--rate', '20kpps', '--duration', '2m', '--no-out', '--json', '--ui']
  const run = startNmgen(['run', 'profiles/imix.yaml', ...flags], { timeout: 100_000 })
  runs.push(run)
  let said = ''
  run.stderr.on('data', chunk => (said += chunk))
  await until('the address is told', () => /page: http\S+/.test(said))
  return { run, url: /page: (http\S+)/.exec(said)![1]! }
}

// A test that fails leaves no run behind.
const runs: ReturnType<typeof startNmgen>[] = []
afterEach(() => {
  for (const run of runs.splice(0)) run.kill('SIGKILL')
})

describe('nmgen run --ui', () => {
  it('shows the charts of a report while it runs, and stops when asked', { timeout: 120_000 }, async ctx => {
    if (whyNoBrowser) ctx.skip(whyNoBrowser)
    const { run, url } = await watchedRun()
    await inBrowser(async page => {
      await page.open(url)
      for (const title of ['Packets per second', 'Latency by percentile', 'Latency over time'])
        await page.until(`document.querySelector('svg[aria-label^="${title}"]')`)
      const text = (selector: string) =>
        page.evaluate<string>(`document.querySelector('${selector}').textContent`)
      expect(await text('#status td')).toMatch(/^\d.* [kM]?pps$/)
      await page.screenshot('live')

      await page.evaluate(`document.querySelector('button').click()`)
      await page.until(`document.querySelector('#title .interrupted')`)
      expect(await text('#title')).toBe('INTERRUPTED imix')
      expect(await page.evaluate(`document.querySelector('button').disabled`)).toBe(true)
      await page.screenshot('live-ended')
      expect(page.complaints).toEqual([])
    })
    const { exitCode, stdout } = await run
    const result = JSON.parse(String(stdout)) as Result
    expect([exitCode, result.stopped]).toEqual([130, 'interrupted'])
    expect(result.metrics.tx_packets).toBeGreaterThan(0)
  })

  it('is for those who know its token', { timeout: 60_000 }, async () => {
    const { run, url } = await watchedRun()
    const { origin } = new URL(url)
    const ask = async (path: string, method = 'GET') => (await fetch(origin + path, { method })).status
    expect([await ask('/'), await ask('/events'), await ask(`/?token=${'0'.repeat(32)}`)]).toEqual([
      403, 403, 403,
    ])
    expect(await ask('/stop', 'POST')).toBe(403)
    const { search } = new URL(url)
    expect([await ask(`/${search}`), await ask(`/x${search}`), await ask(`/stop${search}`)]).toEqual([
      200, 404, 404,
    ])
    expect(await ask(`/stop${search}`, 'POST')).toBe(202)
    expect((await run).exitCode).toBe(130)
  })
})
