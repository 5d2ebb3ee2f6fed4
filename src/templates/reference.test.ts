import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { headerReference } from './reference.js'

it('docs/reference/headers.md is fresh (npm run docs)', () => {
  const page = readFileSync(new URL('../../docs/reference/headers.md', import.meta.url), 'utf8')
  expect(page).toBe(headerReference())
})
