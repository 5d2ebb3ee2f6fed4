import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type GeneratorName, generators } from '../profile/generator.js'
import { loadProfile } from '../profile/load.js'
import type { FieldSpec } from '../profile/model.js'
import { alphabets } from '../units/alphabets.js'
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

/** Kinds that have no generator's name. Checksums are told with the headers. */
const shown: Readonly<
  Record<Exclude<FieldSpec['kind'], GeneratorName | 'hash' | 'linked' | 'checksum'>, string>
> = {
  literal: '## One value',
  parts: '## Parts of a field',
  string: '{text: ..., NAME: ...}',
  bytes: '{bytes: ..., NAME: ...}',
  digit: '{number: =ue, digits: 6, base: hex}',
  ref: '=NAME[.PART] [* N] [+|- N or address]',
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

  it('has every generator, every alphabet, and every other kind of value', () => {
    for (const name of [...generators, 'hash']) expect(page).toContain(`{${name}: `)
    for (const name of Object.keys(alphabets)) expect(page).toContain(`| \`${name}\` |`)
    for (const words of Object.values(shown)) expect(page).toContain(words)
  })
})
