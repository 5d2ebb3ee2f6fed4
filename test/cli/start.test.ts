import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { inFolder, nmgen } from './nmgen.js'

const ours = resolve('.')

/** Files of nmgen and its packages that each thread of a command loads: what V8 has to say about coverage names them. */
async function loadedBy(args: readonly string[]): Promise<{ main: string[]; workers: string[][] }> {
  return await inFolder(async folder => {
    const { code, stderr } = await nmgen(args, { env: { NODE_V8_COVERAGE: folder } })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    // coverage-PID-TIME-THREAD.json; 0 is the main thread.
    const threads = readdirSync(folder).map(file => ({
      isMain: file.endsWith('-0.json'),
      files: filesIn(join(folder, file)),
    }))
    return {
      main: threads.filter(({ isMain }) => isMain).flatMap(({ files }) => files),
      workers: threads.filter(({ isMain }) => !isMain).map(({ files }) => files),
    }
  })
}

function filesIn(coverage: string): string[] {
  const { result } = JSON.parse(readFileSync(coverage, 'utf8')) as { result: { url: string }[] }
  return result
    .filter(({ url }) => url.startsWith('file:'))
    .map(({ url }) => fileURLToPath(url))
    .filter(file => file.startsWith(ours))
    .map(file => file.slice(ours.length + 1))
}

/** Each file costs a look at the disk, a parse and a link: what is loaded is what it costs to start, on any machine. */
describe('what a command loads', () => {
  let run: Awaited<ReturnType<typeof loadedBy>>
  beforeAll(async () => {
    run = await loadedBy(['run', 'profiles/udp-64b.yaml', '--count', '1', '--no-out', '--quiet'])
  })

  it('is next to nothing for --version', async () => {
    const { main } = await loadedBy(['--version'])
    expect(main.length).toBeGreaterThan(1)
    expect(main.length).toBeLessThan(10)
    expect(main.join()).not.toMatch(/yargs|node_modules/)
  })

  it('is few files for a run', () => {
    expect(run.main.length).toBeGreaterThan(10)
    expect(run.main.length).toBeLessThan(80)
    expect(run.main.join()).toMatch(/bundle\/yargs/)
  })

  it('is the bundle, and of packages only what finds the addon', () => {
    expect(run.main.filter(file => !/^(bin|dist\/bundle|node_modules\/node-gyp-build)\//.test(file))).toEqual(
      [],
    )
  })

  it('is no table of emoji, which only texts of others may need, and no log without a line', () => {
    const texts = run.main.filter(file => file.endsWith('.js')).map(file => readFileSync(file, 'utf8'))
    expect(texts.filter(text => /RGI_Emoji|new Intl\.Segmenter|node_modules\/pino/.test(text))).toEqual([])
  })

  it('is the addon and little else for a worker', () => {
    expect(run.workers).toHaveLength(2)
    for (const files of run.workers) {
      expect(files).toContain('dist/bundle/worker.js')
      expect(files.length).toBeLessThan(10)
      expect(files.join()).not.toMatch(/yargs|main\.js/)
    }
  })
})
