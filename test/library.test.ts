import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import type * as Library from '../src/index.js'

// As a program of somebody else imports it: compiled, by the package's own name.
const name = 'nmgen'
const { compile, ProfileError, preview, run } = (await import(name)) as typeof Library

const example = async (file: string) =>
  (await execa('node', [`examples/${file}.mjs`], { timeout: 25_000 })).stdout.split('\n')

describe('the examples', () => {
  it('preview', async () => {
    expect(await example('preview')).toEqual([0, 1, 2].map(i => `packet ${i}: 96 bytes from 198.18.1.${i}`))
  })

  it('run', async () => {
    const lines = await example('run')
    expect(lines.at(-1)).toMatch(/^(pass|invalid): 0 of \d+ lost$/)
    expect(lines.filter(line => line.endsWith(' packets a second')).length).toBeGreaterThanOrEqual(3)
  })

  it('compare', async () => {
    expect(await example('compare')).toEqual([
      expect.stringMatching(/^(equivalent|inconclusive|improvement|regression|invalid), by/),
    ])
  })
})

describe('the library', () => {
  const file = 'profiles/udp-64b.yaml'

  it('says all that is wrong with a profile, as data and as text', () => {
    expect(() => compile({ text: 'version: 1\nname: x\nsed: 5\nstreams: []\n' })).toThrow(ProfileError)
    try {
      compile({ text: 'version: 1\nname: x\nsed: 5\nstreams: []\n' })
    } catch (error) {
      const { diagnostics, message, exit } = error as InstanceType<typeof ProfileError>
      expect(diagnostics.map(({ code, line }) => [code, line])).toContainEqual(['unknown-key', 3])
      expect([exit, message]).toEqual([3, expect.stringContaining('profile.yaml:3:1')])
    }
  })

  it('sends what it previews', async () => {
    const program = compile({ file }, { set: ['streams.udp.count=5'] })
    expect([...preview(program)].map(({ bytes }) => bytes.length)).toEqual([60, 60, 60, 60, 60])
    const events = []
    for await (const event of (await run(program)).events({ everyMs: 20 })) events.push(event)
    const last = events.at(-1)!
    expect(last.kind === 'end' && last.result.metrics).toMatchObject({
      tx_packets: 5,
      rx_packets: 5,
      lost: 0,
    })
    const counted = events.flatMap(one => (one.kind === 'interval' ? [one.interval.tx_packets] : []))
    expect(counted.at(-1)).toBe(5)
  })

  it('is stopped, and says so', async () => {
    const running = await run(compile({ file }, { set: ['streams.udp.rate=1kpps', 'duration=20s'] }))
    for await (const event of running.events({ everyMs: 100 })) if (event.kind === 'interval') running.stop()
    expect(await running.result).toMatchObject({ verdict: 'interrupted', stopped: 'interrupted' })
  })

  it('refuses to begin what nobody could end', async () => {
    const { plan, ...rest } = compile({ file })
    await expect(run({ ...rest, plan: { ...plan, durationNs: null } })).rejects.toMatchObject({
      code: 'unbounded',
    })
  })
})
