import { expect, it } from 'vitest'
import { runHook } from './find-hooks.js'

it('a hook is over when its shell is, whatever it has left in the background', async () => {
  const { exit, output } = await runHook('sleep 60 & echo "$LOAD $!"; echo why >&2; exit 3', { LOAD: '7' })
  const [, background] = /^7 (\d+)\n/m.exec(output)!
  expect(process.kill(Number(background))).toBe(true) // it was still there
  expect([exit, output.includes('why\n')]).toEqual([3, true])
})

it('a hook that dies by a signal has no exit code', async () => {
  expect(await runHook('kill -9 $$', {})).toEqual({ command: 'kill -9 $$', exit: null, output: '' })
})

it('of what a hook says, a report holds so much', async () => {
  const { output } = await runHook('yes | head -c 1000000', {})
  expect(output).toHaveLength(16_384)
})
