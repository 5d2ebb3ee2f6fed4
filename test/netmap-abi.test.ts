import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('the assertions on the ABI of netmap are those that its facts ask for', async () => {
  const tool: { made(): string } = await import(new URL('../tools/netmap-abi.mjs', import.meta.url).href)
  expect(readFileSync('native/tx/test/netmap_abi_test.cc', 'utf8')).toBe(tool.made())
})
