import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compile } from '../templates/compile.js'
import { frameReference } from './frame-reference.js'
import { loadProfile } from './load.js'

const page = readFileSync(new URL('../../docs/reference/frames.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/^\| `(\{.*?\})` \|/gm)].map(([, example]) => example!)

describe('docs/reference/frames.md', () => {
  it('is fresh (npm run docs)', () => expect(page).toBe(frameReference()))

  it.each(examples.filter(example => !example.includes('NAME')))('shows what runs: %s', example => {
    const tunnel = example.includes('ipv4.2') ? 'ipv4: {}, ' : ''
    const layers = `[ethernet: {}, ipv4: {}, ${tunnel}udp: {}]`
    const text = `{version: 1, name: x, streams: [{name: s, frame: ${example}, layers: ${layers}}]}`
    const { profile, diagnostics } = loadProfile(text, { file: 'frames.md' })
    expect(diagnostics).toEqual([])
    const compiled = compile(profile!)
    expect(compiled.plan, JSON.stringify(compiled.diagnostics)).toBeDefined()
  })
})
