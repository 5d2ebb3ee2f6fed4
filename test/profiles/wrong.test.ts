import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { examineAll } from '../../src/cli/profile.js'
import { renderDiagnostics } from '../../src/profile/diagnostics.js'

/** Each beside the words that `nmgen check` says about it; `npx vitest run test/profiles -u` writes them anew. */
const folder = 'test/profiles/wrong'
const names = readdirSync(folder).flatMap(file => (file.endsWith('.yaml') ? [file.slice(0, -5)] : []))
const profiles = names.map(name => ({ name, ...examineAll(`${folder}/${name}.yaml`) }))

describe('a wrong profile', () => {
  it.each(profiles)('$name', async ({ name, diagnostics, text }) => {
    expect(diagnostics.length).toBeGreaterThan(0)
    const said = `${renderDiagnostics(diagnostics, { text, color: false })}\n`
    await expect(said).toMatchFileSnapshot(`wrong/${name}.expected`)
  })

  it.each(profiles)('$name: what to do, for every mistake, and each once', ({ diagnostics }) => {
    for (const { message, hint } of diagnostics) expect(hint, message).toBeTruthy()
    const places = diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`)
    expect([...new Set(places)]).toEqual(places)
  })
})

/** Those that no file of this corpus can bring about. */
const elsewhere: Readonly<Record<string, string>> = {
  'bad-capture': 'held by the tests of captures',
  'empty-capture': 'held by the tests of captures',
  'no-capture': 'held by the tests of captures',
  'no-gaps': 'held by the tests of captures',
  'no-such-packet': 'held by the tests of captures',
  'no-times': 'held by the tests of captures',
  'not-counted': 'held by the tests of captures',
  'packets-left-out': 'held by the tests of captures',
  'times-run-backwards': 'held by the tests of captures',
  timing: 'held by the tests of captures',
  'unused-set': 'held by the tests of captures',
  'checksum-cut': 'held by the tests of fragments and choices',
  'crc-cut': 'held by the tests of fragments and choices',
  'cut-decides': 'held by the tests of fragments and choices',
  'fragments-look-alike': 'held by the tests of fragments and choices',
  'mtu-too-small': 'held by the tests of fragments and choices',
  'not-cut': 'held by the tests of fragments and choices',
  'nothing-to-cut': 'held by the tests of fragments and choices',
  'payload-varies': 'held by the tests of fragments and choices',
  'same-identification': 'held by the tests of fragments and choices',
  'sizes-at-random': 'held by the tests of fragments and choices',
  'too-many-members': 'held by the tests of fragments and choices',
  'too-many-trains': 'held by the tests of fragments and choices',
  'bad-parts': 'held by the tests of values in parts',
  'file-too-large': 'needs more than a mebibyte',
  'runt-frame': 'the loader refuses shorter frames; profiles built in code may have them',
  'too-many-streams': 'the loader refuses more than 65,535 streams',
  'unknown-field': 'the loader knows the fields; profiles built in code may have others',
}

/** Codes as they stand in the source: `code: 'x'`, `refuse('x', ...)`, `fail(scope, field, 'x', ...)`. */
function codesIn(text: string): string[] {
  const given = [...text.matchAll(/\bcode(?::| =) [^,\n]*?(?<!=== )'([a-z-]+)'(?:\s*: '([a-z-]+)')?/g)]
  const called = [...text.matchAll(/\b(?:refuse|wrong|fail)\(\s*(?:[\w.]+,\s*)*'([a-z-]+)'/g)]
  return [...given, ...called].flatMap(found => found.slice(1).filter(code => code !== undefined))
}

it('occurs for every code of the source', () => {
  const files = ['profile', 'templates', 'units'].flatMap(part =>
    readdirSync(`src/${part}`, { recursive: true, encoding: 'utf8' }).map(file => `src/${part}/${file}`),
  )
  const source = files
    .filter(file => file.endsWith('.ts') && !/test(ing)?\.ts$/.test(file))
    .flatMap(file => codesIn(readFileSync(file, 'utf8')))
    .filter(code => code !== 'custom')
  const known = [...new Set(source)].sort()
  expect(known.length).toBeGreaterThan(50)
  const seen = profiles.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code))
  const missing = known.filter(code => !seen.includes(code) && !(code in elsewhere))
  expect(missing).toEqual([])
  expect(Object.keys(elsewhere).filter(code => !known.includes(code) || seen.includes(code))).toEqual([])
  expect([...new Set(seen)].filter(code => !known.includes(code))).toEqual([])
})
