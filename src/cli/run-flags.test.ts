import { describe, expect, it } from 'vitest'
import { parseShard, readFlags } from './run-flags.js'

describe('flags of run', () => {
  it('are parsed, and kept as they were given', () => {
    const argv = {
      rate: '1Mpps',
      duration: '3s',
      count: '1k',
      seed: '7',
      cores: '1-2',
      queues: '2',
      shard: '2/4',
      set: ['a=1', 'b=2'],
      json: true,
      out: 'x',
    }
    expect(readFlags(argv, {})).toEqual({
      overrides: {
        rate: { kind: 'pps', pps: 1e6 },
        durationNs: 3e9,
        count: 1000,
        seed: 7,
        cores: [1, 2],
        queues: 2,
      },
      given: {
        rate: '1Mpps',
        duration: '3s',
        count: '1k',
        seed: '7',
        cores: '1-2',
        queues: '2',
        shard: '2/4',
        set: 'a=1 b=2',
      },
      givenBy: {
        rate: '--rate',
        duration: '--duration',
        count: '--count',
        seed: '--seed',
        cores: '--cores',
        queues: '--queues',
        shard: '--shard',
      },
      set: ['a=1', 'b=2'],
      shard: { index: 1, of: 4 },
      json: true,
      quiet: false,
      calibrate: false,
      out: 'x',
    })
  })

  it('add expectations', () => {
    const flags = readFlags({ expect: ['lost == 0', 'streams.udp.latency_p99_ns < 50us'] }, {})
    expect(flags.overrides.expect).toMatchObject([
      { metric: 'lost', op: '==', value: 0 },
      { metric: 'streams.udp.latency_p99_ns', op: '<', value: 50_000 },
    ])
    expect(flags.given).toEqual({ expect: 'lost == 0, streams.udp.latency_p99_ns < 50us' })
  })

  it('go before NMGEN_ variables', () => {
    const env = { NMGEN_RATE: '1kpps', NMGEN_SEED: '3', NMGEN_OUT: 'y' }
    expect(readFlags({ rate: '2kpps' }, env)).toMatchObject({
      overrides: { rate: { kind: 'pps', pps: 2000 }, seed: 3 },
      out: 'y',
    })
    expect(readFlags({ out: false }, env).out).toBeNull()
  })

  it('count the last of a repeated one', () => {
    expect(readFlags({ seed: ['1', '2'] }, {}).overrides.seed).toBe(2)
  })

  it.each([
    ['rate', '10'],
    ['duration', '3 fortnights'],
    ['duration', '0s'],
    ['count', '0'],
    ['seed', '-1'],
    ['cores', '3-1'],
    ['queues', '0'],
    ['shard', '5/4'],
    ['shard', '0/4'],
    ['tx', 'eth0'],
  ])('--%s %s is refused, by name', (flag, text) => {
    expect(() => readFlags({ [flag]: text }, {})).toThrow(expect.objectContaining({ code: 'usage', exit: 2 }))
    expect(() => readFlags({ [flag]: text }, {})).toThrow(`--${flag}: `)
  })

  it('count shards from one', () => {
    expect(parseShard('1/1')).toEqual({ ok: true, value: { index: 0, of: 1 } })
  })
})
