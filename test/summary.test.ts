import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const script = resolve('tools/test-summary.mjs')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nmgen-summary-'))
  mkdirSync(join(folder, 'build'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function summary(vitest: object[] | undefined, native: string, exitCode = 0) {
  if (vitest) writeFileSync(join(folder, 'build/vitest.json'), JSON.stringify(vitest))
  writeFileSync(join(folder, 'build/native-asan.log'), native)
  const run = await execa('node', [script, String(exitCode)], { cwd: folder, reject: false })
  return { lines: run.stdout.split('\n').slice(1), exitCode: run.exitCode }
}

describe('the closing line of `make test`', () => {
  it('sums vitest and native tests and names the reason of each skip', async () => {
    const vitest = [
      { name: 'a.test.ts > a', state: 'passed' },
      { name: 'a.test.ts > b', state: 'skipped', reason: 'not root' },
    ]
    const { lines, exitCode } = await summary(vitest, 'ok ring\nnoise\nskip numa: one node only\n')
    expect(lines).toEqual([
      'skipped: native asan: numa — one node only',
      'skipped: a.test.ts > b — not root',
      '2 passed, 0 failed, 2 skipped',
    ])
    expect(exitCode).toBe(0)
    expect(readFileSync(join(folder, 'build/test-summary.txt'), 'utf8')).toBe(
      '2 passed, 0 failed, 2 skipped\n',
    )
  })

  it('fails when a test failed, whichever runner it ran in', async () => {
    const { lines, exitCode } = await summary(
      [{ name: 'a', state: 'passed' }],
      'not ok ring: lost 3 frames\n',
    )
    expect(lines).toEqual(['failed: native asan: ring — lost 3 frames', '1 passed, 1 failed, 0 skipped'])
    expect(exitCode).toBe(1)
  })

  it('names what was tried twice, and counts it once', async () => {
    const { lines, exitCode } = await summary(
      [{ name: 'a', state: 'passed', again: 'too slow' }],
      '# again ring: lost 3 frames\nok ring\n# again pool: empty\nnot ok pool: empty, too\n',
    )
    expect(lines).toEqual([
      'passed the second time: native asan: ring — lost 3 frames',
      'passed the second time: a — too slow',
      'failed: native asan: pool — empty, too',
      '2 passed, 1 failed, 0 skipped',
    ])
    expect(exitCode).toBe(1)
  })

  it('fails when a skip has no reason', async () => {
    const { lines, exitCode } = await summary([{ name: 'a', state: 'skipped' }], 'ok ring\n')
    expect(lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped')
    expect(exitCode).toBe(1)
  })

  it('fails when vitest ended badly without naming a test, or wrote nothing', async () => {
    const ended = await summary([{ name: 'a', state: 'passed' }], '', 124)
    expect(ended.lines.at(-1)).toBe('1 passed, 1 failed, 0 skipped')
    rmSync(join(folder, 'build/vitest.json'))
    const nothing = await summary(undefined, 'ok ring\n', 0)
    expect(nothing.lines).toEqual(['failed: vitest — wrote no results', '1 passed, 1 failed, 0 skipped'])
  })

  it('fails when nothing ran', async () => {
    const { lines, exitCode } = await summary([], '')
    expect(lines.at(-1)).toBe('0 passed, 0 failed, 0 skipped')
    expect(exitCode).toBe(1)
  })
})
