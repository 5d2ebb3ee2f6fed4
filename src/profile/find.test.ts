import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadProfile } from './load.js'
import { profileDocument } from './write.js'

const block = (find: string) =>
  loadProfile(
    `version: 1\nname: t\nstreams: [{ name: udp, frame: 64B, layers: [{ ethernet: {} }, { ipv4: {} }, { udp: {} }] }]\n${find}`,
    { file: 't.yaml' },
  )

describe('find in a profile', () => {
  it('is kept as the options of nmgen find take it, and written back as it was read', () => {
    const { profile, diagnostics } = block(`find:
  method: rfc2544
  preset: quick
  goals: { ndr: loss_ratio == 0, pdr: "loss_ratio <= 0.5%, streams.udp.latency_p99_ns < 50us" }
  width: 1%
  repeat: 3
  max: 1Mpps
  fixed: udp
  sizes: [64, 1518B]
  directions: [forward, both]
  warm_up: 50ms
`)
    expect(diagnostics).toEqual([])
    expect(profile!.find).toEqual({
      method: 'rfc2544',
      preset: 'quick',
      goals: ['ndr: loss_ratio == 0', 'pdr: loss_ratio <= 0.5%, streams.udp.latency_p99_ns < 50us'],
      width: '1%',
      repeat: '3',
      max: '1Mpps',
      fixed: ['udp'],
      sizes: '64,1518B',
      directions: 'forward,both',
      warm_up: '50ms',
    })
    const again = loadProfile(stringify(profileDocument(profile!)), { file: 't.yaml' })
    expect(again.profile).toEqual(profile)
  })

  it('is nothing where a profile says nothing', () => {
    expect(block('').profile).not.toHaveProperty('find')
  })

  const wrong: [string, string][] = [
    ['find: { goals: [] }', 'wrong-type'],
    ['find: { goals: {} }', 'wrong-type'],
    ['find: { goals: { "n d": lost == 0 } }', 'bad-value'],
    ['find: { sizes: [] }', 'out-of-range'],
    ['find: { directions: [up] }', 'bad-value'],
    ['find: { trial: 0s }', 'out-of-range'],
  ]
  for (const [text, code] of wrong)
    it(`refuses ${text}`, () => {
      const { profile, diagnostics } = block(text)
      expect(profile).toBeUndefined()
      expect(diagnostics.map(one => [one.code, one.line])).toEqual([[code, 4]])
    })
})
