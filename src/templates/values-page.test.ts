import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { generators } from '../profile/generator.js'
import { loadProfile } from '../profile/load.js'
import { compile } from './compile.js'
import { builtCore, renderNative } from './native.testing.js'

const page = readFileSync(new URL('../../docs/reference/values.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text!)

/** The layers of a stream, or some keys of it. */
function profileOf(block: string): string {
  const given = parse(block) as unknown
  const stream = Array.isArray(given) ? { layers: given } : (given as { layers: unknown[] })
  const layers = stream.layers.some(layer => Object.hasOwn(layer as object, 'ethernet'))
    ? stream.layers
    : [{ ethernet: {} }, ...stream.layers]
  return JSON.stringify({
    version: 1,
    name: 'x',
    streams: [{ name: 's', frame: '128B', ...stream, layers }],
    safety: { lab: true },
  })
}

describe('docs/reference/values.md', () => {
  it.each(blocks)('shows what runs: %s', block => {
    const { profile, diagnostics } = loadProfile(profileOf(block), { file: 'values.md' })
    expect(diagnostics).toEqual([])
    const compiled = compile(profile!)
    expect(compiled.diagnostics).toEqual([])
    const core = builtCore()
    if (core) expect(renderNative(core, compiled.plan!, 0, { count: 100 })).toHaveLength(100)
  })

  it('has every generator', () => {
    for (const name of [...generators, 'hash']) expect(page).toContain(`{${name}: `)
  })
})
