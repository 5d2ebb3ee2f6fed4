import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from './main.js'

let out = ''
let err = ''

beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation(text => {
    err += String(text)
    return true
  })
  // yargs prints help with console.log.
  vi.spyOn(console, 'log').mockImplementation(text => {
    out += `${text}\n`
  })
})
afterEach(() => vi.restoreAllMocks())

const folder = mkdtempSync(join(tmpdir(), 'nmgen-cli-'))
const bad = join(folder, 'bad.yaml')
writeFileSync(bad, 'version: 1\nname: bad\nsed: 5\nstreams: []\n')

describe('nmgen', () => {
  it('prints its version', async () => {
    expect(await main(['--version'])).toBe(0)
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('checks every combination of a matrix', async () => {
    expect(await main(['check', 'profiles/working-set.yaml'])).toBe(0)
    expect(out).toBe('ok profiles/working-set.yaml (5 combinations)\n')
    expect(await main(['check', 'profiles/udp-64b.yaml', '--set', 'matrix={seed: [1, x, y]}'])).toBe(3)
    expect(err.match(/bad-value/g)).toHaveLength(2)
  })

  it('prints help with examples first, in 80 columns', async () => {
    expect(await main(['--help'])).toBe(0)
    expect(out.indexOf('Examples:')).toBeLessThan(out.indexOf('Commands:'))
    expect(Math.max(...out.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })

  it.each([
    [[], 'say what to do'],
    [['chek'], 'did you mean `nmgen check`?'],
    [['check'], 'Not enough'],
    [['check', 'x.yaml', '--jsn'], 'jsn'],
    [['schema', '--resolved'], 'resolved'],
    [['run', 'x.yaml', '--tx'], 'tx'],
    [['run', 'x.yaml', '--rat', '1kpps'], 'did you mean `--rate`?'],
  ])('%j is a usage error', async (argv, message) => {
    expect(await main(argv)).toBe(2)
    expect(err).toContain(message)
    expect(err).toMatch(/^nmgen: .* \[usage\]\n {2}help: /)
    expect(out).toBe('')
  })

  it('prints the JSON Schema', async () => {
    expect(await main(['schema'])).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' })
  })
})

describe('nmgen check', () => {
  it('says ok for each good profile', async () => {
    expect(await main(['check', 'profiles/udp-64b.yaml', 'profiles/imix.yaml'])).toBe(0)
    expect(out).toBe('ok profiles/udp-64b.yaml\nok profiles/imix.yaml\n')
    expect(err).toBe('')
  })

  it('prints every mistake and still checks the others', async () => {
    expect(await main(['check', bad, 'nothing.yaml', 'profiles/vlan.yaml'])).toBe(3)
    expect(err).toContain(`error[unknown-key]: \`sed\` is not a key here\n --> ${bad}:3:1`)
    expect(err).toContain('error[out-of-range]: this list is empty')
    expect(err).toContain('error[profile-not-found]: there is no file nothing.yaml')
    expect(out).toBe('ok profiles/vlan.yaml\n')
  })

  it('finds what only the compiler sees', async () => {
    expect(
      await main([
        'check',
        'profiles/udp-64b.yaml',
        '--set',
        'streams.udp.layers.1={ipv6: {}}',
        '--set',
        'streams.udp.layers.0={tcp: {}}',
      ]),
    ).toBe(3)
    expect(err).toContain('error[')
  })

  it('suggests the file that was meant', async () => {
    expect(await main(['check', 'udp-64b'])).toBe(3)
    expect(err).toContain('did you mean `profiles/udp-64b.yaml`?')
  })

  it('prints one JSON document', async () => {
    expect(await main(['check', bad, 'profiles/udp-64b.yaml', '--json'])).toBe(3)
    const { schema, profiles } = JSON.parse(out)
    expect(schema).toBe('nmgen.check/1')
    expect(profiles[0]).toMatchObject({ file: bad, ok: false })
    expect(profiles[0].diagnostics[0]).toMatchObject({
      code: 'unknown-key',
      line: 3,
      column: 1,
      endColumn: 4,
    })
    expect(profiles[1]).toMatchObject({ ok: true, diagnostics: [] })
  })

  it('prints the resolved profile with origins', async () => {
    expect(await main(['check', 'profiles/udp-64b.yaml', '--resolved', '--set', 'seed=7'])).toBe(0)
    expect(out).toMatch(/^seed +7 +--set$/m)
    expect(out).toMatch(/^streams\.udp\.frame +64B +profile:\d+$/m)
  })
})
