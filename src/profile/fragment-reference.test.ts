import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compile } from '../templates/compile.js'
import { fragmentReference } from './fragment-reference.js'
import { loadProfile } from './load.js'

const page = readFileSync(new URL('../../docs/reference/fragments.md', import.meta.url), 'utf8')

describe('docs/reference/fragments.md', () => {
  it('is fresh (npm run docs)', () => expect(page).toBe(fragmentReference()))

  it('shows what runs', () => {
    const [, block] = /^```yaml\n(.*?)^```$/ms.exec(page)!
    const layers = ['ethernet', 'ipv4', 'udp'].map(name => ({ [name]: {} }))
    const text = JSON.stringify({ version: 1, name: 'x', streams: [{ name: 's', ...parse(block!), layers }] })
    const { profile, diagnostics } = loadProfile(text, { file: 'fragments.md' })
    expect(diagnostics).toEqual([])
    expect(compile(profile!).diagnostics).toEqual([])
  })
})
