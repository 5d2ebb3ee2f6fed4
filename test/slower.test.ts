import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, it } from 'vitest'
import { inFolder } from './cli/nmgen.js'

const counting = new URL('../bench/core/count.mjs', import.meta.url).href

interface Slower {
  instructions: { base: number; slowed: number }
  times: number
  compared: Record<'same' | 'slowed', { verdict: string }[]>
}

// What the comparisons say takes a quiet machine and twenty of them: here it is only shown that they are made.
it('a slowed build costs a tenth more instructions a packet, and compare runs it beside this one', async ctx => {
  const { whyNot } = (await import(counting)) as { whyNot(): string | null }
  const why = whyNot()
  if (why) ctx.skip(why)
  await inFolder(async folder => {
    const out = join(folder, 'slower.json')
    const flags = ['--times', '1', '--pairs', '4', '--duration', '50ms', '--out', out]
    const { exitCode, stdout, stderr } = await execa('node', ['bench/slower.mjs', ...flags], {
      reject: false,
      timeout: 280_000,
    })
    expect([0, 1], stderr).toContain(exitCode)
    expect(stdout).toMatch(/^the same build: \d of 1 called slower; the slowed build: \d of 1 found$/m)
    const { instructions, times, compared } = JSON.parse(readFileSync(out, 'utf8')) as Slower
    const share = instructions.slowed / instructions.base - 1
    expect(share).toBeGreaterThan(0.08)
    expect(share).toBeLessThan(0.12)
    expect([times, compared.same.length, compared.slowed.length]).toEqual([1, 1, 1])
  })
}, 300_000)
