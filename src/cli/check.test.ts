import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { userConfig } from './config.js'
import { main } from './main.js'
import { captureOutput } from './output.testing.js'

const output = captureOutput()
let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nmgen-check-'))
  mkdirSync(join(folder, 'nmgen'))
  vi.stubEnv('XDG_CONFIG_HOME', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const configFile = () => join(folder, 'nmgen', 'config.yaml')
const configure = (text: string) => writeFileSync(configFile(), text)
const check = (...args: string[]) => main(['check', 'profiles/fill-then-hold.yaml', ...args])

/** `value origin` by path. */
async function resolved(...args: string[]): Promise<Record<string, string>> {
  expect(await check('--resolved', '--json', ...args)).toBe(0)
  const rows: { path: string; value: string; origin: string; line?: number }[] = JSON.parse(output.out)
    .profiles[0].resolved
  return Object.fromEntries(
    rows.map(({ path, value, origin, line }) => [
      path,
      `${value} ${origin}${line === undefined ? '' : ` ${line}`}`,
    ]),
  )
}

describe('nmgen check --resolved', () => {
  it('names the line of the profile, and the stream that another is like', async () => {
    const rows = await resolved('--set', 'streams.hold.layers.udp.dst=7')
    expect(rows).toMatchObject({
      seed: '1 default',
      duration: '10s profile 10',
      'streams.hold.frame': '64B like fill 14',
      'streams.hold.start': '500ms profile 32',
      'streams.hold.layers.ipv4.ttl': '4 like fill 24',
      'streams.hold.layers.udp.src': '{random: 1024-1279} profile 37',
      'streams.hold.layers.udp.dst': '7 --set',
      'streams.fill.layers.udp.dst': '9 profile 27',
      'streams.fill.layers.ipv4.protocol': '17 computed',
    })
  })

  it('knows the flags of a run, and variables below them', async () => {
    vi.stubEnv('NMGEN_SEED', '9')
    vi.stubEnv('NMGEN_DURATION', '3s')
    const rows = await resolved(
      '--rate',
      '2kpps',
      '--duration',
      '4s',
      '--tx',
      'loop:x',
      '--queues',
      '2',
      '--shard',
      '1/2',
    )
    expect(rows).toMatchObject({
      seed: '9 NMGEN_SEED',
      duration: '4s --duration',
      'streams.fill.rate': '2kpps --rate',
      'streams.hold.rate': '2kpps --rate',
      'streams.hold.tx': 'tx --tx',
      'streams.hold.rx': 'tx --tx',
      'ports.tx.uri': 'loop:x --tx',
      'ports.tx.queues.tx': '2 --queues',
      'ports.tx.queues.rx': '1 default',
      'streams.fill.count': '65536 profile 16',
      shard: '1/2 --shard',
    })
  })

  it('prints them in columns', async () => {
    expect(await check('--resolved', '--count', '5')).toBe(0)
    expect(output.out).toMatch(/^streams\.fill\.count +5 +--count$/m)
    expect(output.out).toMatch(/^streams\.hold\.frame +64B +like fill:14$/m)
  })

  it('refuses a flag as a run does', async () => {
    expect(await check('--rate', '1Mps')).toBe(2)
    expect(output.err).toContain('--rate: ')
  })
})

describe('the user configuration', () => {
  it('lies below the profile and above the defaults', async () => {
    configure('duration: 5s\nseed: 77\nsafety: { lab: true }\ncores: 0-1\n')
    const rows = await resolved('--set', 'cores=0')
    expect(rows).toMatchObject({
      duration: '10s profile 10',
      seed: '77 config 2',
      'safety.lab': 'true config 3',
      'safety.allow': '[] default',
      cores: '0 --set',
    })
  })

  it.each([
    ['cores: 0-x', '1:8', 'bad-value'],
    ['# mine\nstreams: []', '2:1', 'unknown-key'],
    ['cores: [0', '1:8', 'yaml-syntax'],
    ['- a', '1:1', 'wrong-type'],
  ])('%j is wrong at its own place', async (text, place, code) => {
    configure(text)
    expect(await check()).toBe(3)
    expect(output.err).toContain(`error[${code}]`)
    expect(output.err).toContain(` --> ${configFile()}:${place}\n`)
  })

  it('may be missing, or say nothing', async () => {
    expect(await check()).toBe(0)
    configure('# nothing yet\n')
    expect(await check()).toBe(0)
  })

  it('is looked for as the XDG specification says', () => {
    configure('seed: 1')
    expect(userConfig({ XDG_CONFIG_HOME: folder })).toEqual({ file: configFile(), text: 'seed: 1' })
    mkdirSync(join(folder, '.config', 'nmgen'), { recursive: true })
    writeFileSync(join(folder, '.config', 'nmgen', 'config.yaml'), 'seed: 2')
    expect(userConfig({ HOME: folder })?.text).toBe('seed: 2')
    expect(userConfig({ HOME: folder, XDG_CONFIG_HOME: 'relative' })?.text).toBe('seed: 2')
    expect(userConfig({ HOME: join(folder, 'nmgen') })).toBeUndefined()
  })
})
