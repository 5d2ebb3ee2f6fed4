/** `run --ui` in a real browser: what it shows while packets are sent, and that its button stops the run. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Result } from '../../src/stats/result.js'
import { faintTexts, inBrowser, nameless, whyNoBrowser } from '../lab/browser.js'
import { startNmgen, until } from './nmgen.js'

/** A run that waits to be stopped, and the address of its page. */
async function watchedRun(duration = '2m') {
  const flags = ['--rate', '20kpps', '--duration', duration, '--no-out', '--json', '--ui']
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

  it('changes the rate, and the result says so', { timeout: 120_000 }, async ctx => {
    if (whyNoBrowser) ctx.skip(whyNoBrowser)
    const { run, url } = await watchedRun()
    await inBrowser(async page => {
      await page.open(url)
      await page.until(`document.querySelector('#status td')`)
      const slider = `document.querySelector('input[type=range]')`
      expect(await page.evaluate(`${slider}.labels[0].textContent`)).toBe('Rate')
      expect(await page.evaluate(`${slider}.getAttribute('aria-valuetext')`)).toMatch(/^100 % of/)
      const moved = ['input', 'change'].map(name => `${slider}.dispatchEvent(new Event('${name}'))`)
      await page.evaluate(`${slider}.value = '-1', ${moved.join(', ')}`)
      expect(await page.evaluate(`${slider}.getAttribute('aria-valuetext')`)).toBe(
        '10 % of what the profile asks for',
      )
      await page.until(
        `/^[12](\\.\\d+)? kpps/.test(document.querySelector('#status td').textContent)`,
        30_000,
      )
      expect(await page.evaluate(`document.querySelector('#asked').textContent`)).toMatch(/^10 % of/)
      await page.screenshot('live-rate')
      expect([await nameless(page), await faintTexts(page)]).toEqual([[], []])
      await page.open(url) // whoever comes later sees what it is
      expect(await page.evaluate(`${slider}.getAttribute('aria-valuetext')`)).toMatch(/^10 % of/)
      await page.evaluate(`document.querySelector('button').click()`)
      await page.until(`document.querySelector('#title .interrupted')`)
      expect(await page.evaluate(`${slider}.disabled`)).toBe(true)
      expect(page.complaints).toEqual([])
    })
    const result = JSON.parse(String((await run).stdout)) as Result
    expect(result.rate_changes).toEqual([{ t_s: expect.any(Number), factor: 0.1 }])
    expect(result.warnings.map(({ code }) => code)).toContain('rate-changed')
  })

  it('is asked for as much as was asked for in all', { timeout: 60_000 }, async () => {
    const { run, url } = await watchedRun('4s')
    const { origin, search } = new URL(url)
    const ask = async (factor: string) =>
      (await fetch(`${origin}/rate${search}&factor=${factor}`, { method: 'POST' })).status
    expect([await ask('0.5'), await ask('11'), await ask('0.001'), await ask('x')]).toEqual([
      202, 400, 400, 400,
    ])
    await new Promise(resolve => setTimeout(resolve, 1000))
    expect(await ask('2')).toBe(202)
    const result = JSON.parse(String((await run).stdout)) as Result
    const [half, twice] = result.rate_changes!
    expect([half!.factor, twice!.factor]).toEqual([0.5, 2])
    // 20 kpps until the first change, 10 until the second, 40 until the end: packets are counted, not times.
    const due = 20e3 * (half!.t_s + 0.5 * (twice!.t_s - half!.t_s) + 2 * (4 - twice!.t_s))
    const { tx_packets, unsent, offered_pps } = result.metrics
    expect(Math.abs(tx_packets! + unsent! - due)).toBeLessThan(20)
    expect(offered_pps! / (due / 4)).toBeCloseTo(1, 3)
    expect(result.warnings.map(({ code }) => code)).not.toContain('rate-exceeded')
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
