import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadProfile } from './load.js'
import { resolvedRows } from './resolved.js'
import { formatRows } from './resolved-row.js'
import { profileJsonSchema, profileJsonSchemaText } from './schema-json.js'

const folder = new URL('../../profiles/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.yaml'),
)
// `examples` is an annotation; strictTypes would refuse a type beside anyOf.
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false })
const validate = ajv.compile(profileJsonSchema())

describe.each(names)('profiles/%s', name => {
  const text = read(name)

  it('loads without a word', () => {
    const { profile, diagnostics } = loadProfile(text, { file: name })
    expect(diagnostics).toEqual([])
    expect(profile?.name).toBe(basename(name, '.yaml'))
  })

  it('is valid for an editor', () => {
    expect(validate(parse(text)), ajv.errorsText(validate.errors)).toBe(true)
    const up = name.includes('/') ? '..' : '.'
    expect(text.split('\n')[0]).toBe(`# yaml-language-server: $schema=${up}/schema.json`)
  })
})

describe('profiles/schema.json', () => {
  it('is fresh (nmgen schema > profiles/schema.json)', () =>
    expect(read('schema.json')).toBe(profileJsonSchemaText()))

  it.each([
    'seed: x',
    'streams: [{name: a, frame: 64B, layers: [{upd: {}}]}]',
    'streams: [{name: a, frame: 64B, layers: [{udp: {src: {randm: 1-2}}}]}]',
    'streams: [{name: a, frame: 64B, layers: [{udp: {}}], rate: 10mbps}]',
  ])('refuses %s', part => {
    const base = { version: 1, name: 'x', streams: [{ name: 'a', frame: '64B', layers: [{ udp: null }] }] }
    expect(validate(base), ajv.errorsText(validate.errors)).toBe(true)
    expect(validate({ ...base, ...parse(part) })).toBe(false)
  })
})

describe('a resolved profile', () => {
  const loaded = loadProfile(read('udp-64b.yaml'), { file: 'x', set: ['streams.udp.rate=1Mpps'] })
  const rows = resolvedRows(loaded.profile!, loaded.origin)
  const row = (path: string) => rows.find(one => one.path === path)

  it('names the origin of every value', () => {
    expect(row('seed')).toEqual({ path: 'seed', value: '1', origin: 'default' })
    expect(row('ports.a.uri')).toEqual({ path: 'ports.a.uri', value: 'loop:lab', origin: 'profile' })
    expect(row('streams.udp.rate')).toMatchObject({ value: '1Mpps', origin: '--set' })
    expect(row('streams.udp.layers.udp.src')).toMatchObject({
      value: '{random: 1024-65535}',
      origin: 'profile',
    })
    expect(row('streams.udp.layers.ipv4.protocol')).toMatchObject({ value: '17', origin: 'computed' })
    expect(row('streams.udp.layers.ipv4.dscp')).toMatchObject({ value: '0', origin: 'default' })
    expect(formatRows(rows)).toMatch(/^seed +1 +default$/m)
  })

  it('knows what a short form gives', () => {
    const { profile, origin } = loadProfile(read('udp-64b.yaml'), { file: 'x', set: ['ports.a.queues.tx=2'] })
    const origins = Object.fromEntries(resolvedRows(profile!, origin).map(one => [one.path, one.origin]))
    expect(origins).toMatchObject({
      'ports.a.uri': 'profile',
      'ports.a.queues.tx': '--set',
      'ports.a.queues.rx': 'default',
    })
  })

  it('can be given back as --set', () => {
    const given = rows.filter(one => one.origin !== 'computed').map(one => `${one.path}=${one.value}`)
    const again = loadProfile(read('udp-64b.yaml'), { file: 'x', set: given })
    expect(again.diagnostics).toEqual([])
    expect(resolvedRows(again.profile!, loaded.origin)).toEqual(
      rows.map(one => ({ ...one, origin: expect.anything() })),
    )
  })
})
