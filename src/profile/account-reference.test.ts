import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compile } from '../templates/compile.js'
import { accountReference } from './account-reference.js'
import { loadProfile } from './load.js'

const page = readFileSync(new URL('../../docs/reference/account.md', import.meta.url), 'utf8')

describe('docs/reference/account.md', () => {
  it('is fresh (npm run docs)', () => expect(page).toBe(accountReference()))

  it('shows what runs', () => {
    const [, block] = /^```yaml\n(.*?)^```$/ms.exec(page)!
    const { profile, diagnostics } = loadProfile(`version: 1\nname: x\n${block}`, { file: 'account.md' })
    expect(diagnostics).toEqual([])
    const { plan, diagnostics: found } = compile(profile!)
    expect(found).toEqual([])
    expect(plan!.streams[0]!.account!.groups).toHaveLength(8192)
  })
})
