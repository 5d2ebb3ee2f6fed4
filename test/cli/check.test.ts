import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nmgen, profiles } from './nmgen.js'

describe('nmgen check', () => {
  it('finds nothing wrong with the shipped profiles', async () => {
    const { code, stdout, stderr } = await nmgen(['check', ...profiles])
    expect([code, stderr]).toEqual([0, ''])
    const told = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.replace(/ \(\d+ combinations\)$/, ''))
    expect(told).toEqual(profiles.map(file => `ok ${file}`))
  })

  it('prints one JSON document', async () => {
    const { code, stdout } = await nmgen(['check', 'profiles/imix.yaml', 'no/such.yaml', '--json'])
    expect(code).toBe(3)
    const { schema, profiles: found } = JSON.parse(stdout)
    expect(schema).toBe('nmgen.check/1')
    expect(found).toMatchObject([{ ok: true }, { ok: false, diagnostics: [{ code: 'profile-not-found' }] }])
  })
})

describe('nmgen check --explain', () => {
  const tiers = async (profile: string) => {
    const { code, stdout } = await nmgen(['check', profile, '--explain', '--json'])
    expect(code).toBe(0)
    return JSON.parse(stdout).profiles[0].streams
  }

  it('says of a frame that never changes that it is constant', async () => {
    expect(await tiers('bench/profiles/constant.yaml')).toMatchObject([
      { name: 'constant', tier: 'constant', fields: 0, checksums: 0, ahead: false },
    ])
  })

  it('says after how many packets what is made before the start repeats', async () => {
    // 256 addresses and 64 ports, together 256 different packets.
    expect(await tiers('bench/profiles/repeating.yaml')).toMatchObject([
      { tier: 'prebuilt', fields: 2, words: 2, period: 256 },
    ])
    expect(await tiers('bench/profiles/counting.yaml')).toMatchObject([{ tier: 'live', period: 0 }])
  })

  it('says in how many words what varies is stored', async () => {
    // The header checksum with the source address, the ports with length and checksum.
    expect(await tiers('bench/profiles/two-fields.yaml')).toMatchObject([
      { tier: 'live', fields: 2, checksums: 2, words: 2, shared: false },
    ])
    expect(await tiers('bench/profiles/imix.yaml')).toMatchObject([{ frames: 3, words: 3, shared: true }])
  })

  it('says which streams are made side by side', async () => {
    const made = { ahead: false, abreast: true }
    expect(await tiers('test/fixtures/alike.yaml')).toMatchObject([made, made, made])
  })

  it('says what memory each queue takes for all, and for its streams', async () => {
    const two = ['test/fixtures/two-streams.yaml', '--queues', '2']
    const { stdout } = await nmgen(['check', ...two, '--explain', '--json'])
    const { memory } = JSON.parse(stdout).profiles[0]
    expect(memory.map(({ direction }: { direction: string }) => direction)).toEqual(['tx', 'rx'])
    for (const { queues, streams, streams_bytes, queue_bytes } of memory) {
      expect([queues, streams > 0]).toEqual([2, true])
      expect(Math.min(streams_bytes, queue_bytes)).toBeGreaterThan(streams * 256)
    }
    const text = (await nmgen(['check', ...two, '--explain'])).stdout
    expect(text).toMatch(/memory of each of the 2 queues that sends on \w+: [\d,]+ KiB for its/)
  })

  it('says which streams are made ahead of their turns, in words as well', async () => {
    const two = 'test/fixtures/two-streams.yaml'
    const { stdout } = await nmgen(['check', two, '--explain'])
    const streams = await tiers(two)
    for (const { name, text } of streams) expect(stdout).toContain(`  ${name}: ${text}`)
  })
})

describe('nmgen schema', () => {
  it('prints what editors read from profiles/', async () => {
    const { code, stdout } = await nmgen(['schema'])
    expect(code).toBe(0)
    expect(stdout).toBe(readFileSync('profiles/schema.json', 'utf8'))
  })
})

describe('nmgen doctor', () => {
  it('finds loop ready, and says how to get what is not', async () => {
    const { code, stdout, stderr } = await nmgen(['doctor', '--json'])
    expect([code, stderr]).toEqual([0, ''])
    const { schema, ready, checks } = JSON.parse(stdout)
    expect([schema, ready]).toEqual(['nmgen.doctor/1', true])
    expect(checks).toContainEqual(expect.objectContaining({ name: 'loop', mark: 'ok' }))
    for (const { mark, text } of checks) expect([mark !== 'bad', text !== '']).toEqual([true, true])
  })

  it('says the same to people', async () => {
    const { code, stdout } = await nmgen(['doctor'])
    expect(code).toBe(0)
    for (const name of ['node', 'loop', 'cpus', 'hugepages', 'safety'])
      expect(stdout).toMatch(new RegExp(`^. ${name} `, 'm'))
  })
})

describe('nmgen', () => {
  it('starts without its native core for what does not send', async () => {
    expect((await nmgen(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    const { stdout } = await nmgen(['--help'])
    for (const command of ['run', 'check', 'preview', 'doctor', 'schema'])
      expect(stdout).toContain(`nmgen ${command}`)
  })
})
