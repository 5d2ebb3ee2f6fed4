import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { examineAll } from '../../src/cli/profile.js'
import { renderDiagnostics } from '../../src/profile/diagnostics.js'
import { Blocks, classicFile, fileOf } from '../../src/templates/captures/files.testing.js'

/** Captures that are wrong, for profiles that are not. */
const captures = 'build/wrong-captures'
const macs = '020000000002020000000001'
const packet = Buffer.from(
  '02000000000202000000000108004500002000004000401100' + '00c6120102c613010204000009000c0000deadbeef',
  'hex',
)
const at = (...times: readonly bigint[]) => times.map(time => ({ time, bytes: packet }))
const blocks = new Blocks()
mkdirSync(captures, { recursive: true })
for (const [name, bytes] of Object.entries({
  'empty.pcap': classicFile([]),
  'damaged.pcap': classicFile(at(1n, 2n)).subarray(0, -10),
  'cut-off.pcap': classicFile([{ time: 1n, bytes: packet, wireBytes: 999 }, ...at(2n)]),
  'one-time.pcap': classicFile(at(7n, 7n, 7n)),
  'disorder.pcap': classicFile(at(5n, 9n, 7n, 20n)),
  'two-kinds.pcap': classicFile([
    { time: 1n, bytes: Buffer.from(`${macs}86dd${'6000000000003b40'}${'20010db8'.repeat(8)}`, 'hex') },
    { time: 2n, bytes: Buffer.from(`${macs}7922${'00'.repeat(46)}`, 'hex') },
  ]),
  'no-times.pcapng': fileOf(blocks.section(), blocks.interface(), blocks.simplePacket(packet)).bytes,
}))
  writeFileSync(`${captures}/${name}`, bytes)

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
  'too-many-members': 'needs a capture of more than 4,096 layouts; its choices are here',
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
    .filter(code => code !== 'custom' && code !== 'timing') // zod's, and a key
  const known = [...new Set(source)].sort()
  expect(known.length).toBeGreaterThan(50)
  const seen = profiles.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code))
  const missing = known.filter(code => !seen.includes(code) && !(code in elsewhere))
  expect(missing).toEqual([])
  expect(Object.keys(elsewhere).filter(code => !known.includes(code) || seen.includes(code))).toEqual([])
  expect([...new Set(seen)].filter(code => !known.includes(code))).toEqual([])
})
