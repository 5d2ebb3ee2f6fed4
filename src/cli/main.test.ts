import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { main } from './main.js'
import { captureOutput } from './output.testing.js'

const output = captureOutput()

const folder = mkdtempSync(join(tmpdir(), 'nmgen-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))
const bad = join(folder, 'bad.yaml')
writeFileSync(bad, 'version: 1\nname: bad\nsed: 5\nstreams: []\n')

describe('nmgen', () => {
  it('prints its version', async () => {
    expect(await main(['--version'])).toBe(0)
    expect(output.out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('checks every combination of a matrix', async () => {
    expect(await main(['check', 'profiles/working-set.yaml'])).toBe(0)
    expect(output.out).toBe('ok profiles/working-set.yaml (5 combinations)\n')
    expect(await main(['check', 'profiles/udp-64b.yaml', '--set', 'matrix={seed: [1, x, y]}'])).toBe(3)
    expect(output.err.match(/bad-value/g)).toHaveLength(2)
  })

  it('prints help with examples first, in 80 columns', async () => {
    expect(await main(['--help'])).toBe(0)
    expect(output.out.indexOf('Examples:')).toBeLessThan(output.out.indexOf('Commands:'))
    expect(Math.max(...output.out.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
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
    expect(output.err).toContain(message)
    expect(output.err).toMatch(/^nmgen: .* \[usage\]\n {2}help: /)
    expect(output.out).toBe('')
  })

  it('prints the JSON Schema', async () => {
    expect(await main(['schema'])).toBe(0)
    expect(JSON.parse(output.out)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' })
  })
})

describe('nmgen check', () => {
  it('says ok for each good profile', async () => {
    expect(await main(['check', 'profiles/udp-64b.yaml', 'profiles/imix.yaml'])).toBe(0)
    expect(output.out).toBe('ok profiles/udp-64b.yaml\nok profiles/imix.yaml\n')
    expect(output.err).toBe('')
  })

  it('prints every mistake and still checks the others', async () => {
    expect(await main(['check', bad, 'nothing.yaml', 'profiles/vlan.yaml'])).toBe(3)
    expect(output.err).toContain(`error[unknown-key]: \`sed\` is not a key here\n --> ${bad}:3:1`)
    expect(output.err).toContain('error[out-of-range]: this list is empty')
    expect(output.err).toContain('error[profile-not-found]: there is no file nothing.yaml')
    expect(output.out).toBe('ok profiles/vlan.yaml\n')
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
    expect(output.err).toContain('error[')
  })

  it('suggests the file that was meant', async () => {
    expect(await main(['check', 'udp-64b'])).toBe(3)
    expect(output.err).toContain('did you mean `profiles/udp-64b.yaml`?')
  })

  it('prints one JSON document', async () => {
    expect(await main(['check', bad, 'profiles/udp-64b.yaml', '--json'])).toBe(3)
    const { schema, profiles } = JSON.parse(output.out)
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
    expect(output.out).toMatch(/^seed +7 +--set$/m)
    expect(output.out).toMatch(/^streams\.udp\.frame +64B +profile:\d+$/m)
  })
})
