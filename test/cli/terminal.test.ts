import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { program } from './nmgen.js'

/** Runs nmgen on a pseudo-terminal of 24 x 100; what both streams wrote comes back as one text. */
async function onTerminal(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const set = Object.entries({ TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env })
  const words = ['env', '-i', ...set.map(pair => pair.join('=')), process.execPath, program, ...args]
  const line = `stty rows 24 cols 100; exec ${words.map(word => `'${word}'`).join(' ')}`
  const { stdout, exitCode } = await execa('script', ['-qec', line, '/dev/null'], {
    stdin: 'ignore',
    env: { SHELL: '/bin/sh' },
    timeout: 25_000,
    reject: false,
  })
  // 11: others had the CPU, and the rate was missed. What is on the screen is the same.
  expect([0, 11]).toContain(exitCode)
  return stdout.replaceAll('\r', '')
}

const whyNoTerminal = await execa('script', ['--version'], { reject: false }).then(({ code }) =>
  code === 'ENOENT' ? '`script` of util-linux is not installed' : undefined,
)

const run = (duration: string) => ['run', 'profiles/udp-64b.yaml', '--duration', duration, '--no-out']
const ESC = '\u001b'
const [hideCursor, showCursor, up] = ['[?25l', '[?25h', '[1A'].map(code => ESC + code) as [
  string,
  string,
  string,
]

const frames = (text: string) => text.split(/sent [\d,]+ {3}received/).length - 1

describe('nmgen run on a terminal', () => {
  it('redraws its view at most ten times a second, and ends with the summary', async ctx => {
    if (whyNoTerminal) ctx.skip(whyNoTerminal)
    const text = await onTerminal(run('1s'))
    expect(text).toContain(hideCursor)
    expect(text).toContain(up)
    // One second, and what a busy machine adds to it; twenty would be twice the rate.
    expect(frames(text)).toBeGreaterThanOrEqual(2)
    expect(frames(text)).toBeLessThanOrEqual(14)
    const summary = text.slice(text.search(/PASS|INVALID/))
    expect(summary).toContain('packets')
    expect(summary).not.toContain(up)
  })

  it('leaves the cursor as it was found', async ctx => {
    if (whyNoTerminal) ctx.skip(whyNoTerminal)
    const text = await onTerminal(run('300ms'))
    expect(text.lastIndexOf(showCursor)).toBeGreaterThan(text.lastIndexOf(hideCursor))
  })

  it('has no colours with NO_COLOR', async ctx => {
    if (whyNoTerminal) ctx.skip(whyNoTerminal)
    const colours = new RegExp(`${ESC}\\[[\\d;]*m`)
    expect(await onTerminal(run('300ms'))).toMatch(colours)
    expect(await onTerminal(run('300ms'), { NO_COLOR: '1' })).not.toMatch(colours)
  })

  it('does not move the cursor of a terminal that cannot, nor in CI', async ctx => {
    if (whyNoTerminal) ctx.skip(whyNoTerminal)
    for (const env of [{ TERM: 'dumb' }, { CI: 'true' }])
      expect(await onTerminal(run('300ms'), env)).not.toContain(up)
  })
})
