/** The page of a run in a real browser. Screenshots stay in build/screenshots. */
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { inFolder, nmgen } from './nmgen.js'

const whyNoBrowser = await execa('chromium', ['--version'], { reject: false }).then(({ exitCode }) =>
  exitCode === 0 ? undefined : 'chromium is not installed',
)

/** What the browser prints: the document as it stands when everything has loaded, and, on stderr, its console. */
const browse = (page: string, folder: string, ...flags: string[]) =>
  execa(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${folder}`,
      '--enable-logging=stderr',
      ...flags,
      page,
    ],
    { timeout: 60_000 },
  )

describe('the page of a run', () => {
  it('shows it without a script, an error, or a question to the network', { timeout: 120_000 }, async ctx => {
    if (whyNoBrowser) ctx.skip(whyNoBrowser)
    await inFolder(async folder => {
      const [run, file] = [join(folder, 'run'), join(folder, 'run.html')]
      const args = ['profiles/imix.yaml', '--rate', '20kpps', '--duration', '2500ms', '--out', run, '--quiet']
      expect([0, 11]).toContain((await nmgen(['run', ...args])).code)
      expect((await nmgen(['report', run, '--format', 'html', '--out', file])).code).toBe(0)
      expect(readFileSync(file, 'utf8')).not.toMatch(/<script|https?:\/\/|@import|url\(/)

      const page = pathToFileURL(file).href
      const { stdout, stderr } = await browse(page, join(folder, 'browser'), '--dump-dom')
      expect(stderr).not.toMatch(/CONSOLE/)
      expect(stdout.match(/<svg/g)).toHaveLength(stdout.match(/role="img" aria-label="[^"]{10,}"/g)!.length)
      for (const title of ['Packets per second', 'Latency by percentile', 'Latency over time'])
        expect(stdout).toContain(`<title>${title}</title>`)

      const shots = resolve('build/screenshots')
      mkdirSync(shots, { recursive: true })
      const shot = join(shots, 'run.png')
      await browse(page, join(folder, 'browser'), `--screenshot=${shot}`, '--window-size=1000,2600')
      expect(readFileSync(shot).subarray(1, 4).toString()).toBe('PNG')
    })
  })
})
