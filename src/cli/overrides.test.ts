import { describe, expect, it } from 'vitest'
import type { PortSpec, Profile, StreamSpec } from '../profile/model.js'
import { defaultPacing } from '../units/pacing.js'
import { applyOverrides, type Overrides } from './overrides.js'

const port = (name: string, uri: string, change: Partial<PortSpec> = {}): PortSpec => ({
  name,
  uri,
  txQueues: 1,
  rxQueues: 1,
  args: [],
  ...change,
})
const stream = (name: string, tx: string, rx?: string): StreamSpec => ({
  name,
  frame: { kind: 'fixed', frameBytes: 64 },
  layers: [],
  rate: { kind: 'line' },
  tx,
  ...(rx === undefined ? {} : { rx }),
  signature: true,
})
const profile = (ports: PortSpec[], streams: StreamSpec[]): Profile => ({
  version: 1,
  name: 'p',
  seed: 1,
  ports,
  streams,
  expect: [],
  pacing: defaultPacing,
  safety: { allow: [], interfaces: [], lab: false },
})

it('--rate is the total of streams that share one', () => {
  const base = profile([port('a', 'loop:a')], [stream('s', 'a'), stream('t', 'a')])
  const shared = { ...base, rate: { kind: 'line' } as const }
  const streams = base.streams.map(one => ({ ...one, share: 50 }))
  const rate = { kind: 'pps', pps: 1000 } as const
  const changed = applyOverrides({ ...shared, streams }, { rate })
  expect(changed).toMatchObject({ rate, streams: [{ rate, share: 50 }, { rate }] })
  expect(applyOverrides(base, { rate })).not.toHaveProperty('rate')
})

/** `stream: tx→rx` of each stream and `name=uri` of each port: what a wire plan is about. */
function wires(base: Profile, overrides: Overrides) {
  const { ports, streams } = applyOverrides(base, overrides)
  return {
    ports: ports.map(({ name, uri }) => `${name}=${uri}`),
    streams: streams.map(({ tx, rx }) => `${tx}→${rx ?? 'nobody'}`),
  }
}

const loop = profile([port('lab', 'loop:lab')], [stream('udp', 'lab', 'lab')])
const pair = profile(
  [port('a', 'dpdk:0'), port('b', 'dpdk:1')],
  [stream('there', 'a', 'b'), stream('back', 'b', 'a')],
)

describe('--tx and --rx', () => {
  it('leave a profile alone that they do not mention', () => {
    expect(applyOverrides(loop, {})).toEqual(loop)
  })

  it.each([
    ['--tx alone: nobody listens', loop, { tx: 'dpdk:x' }, ['tx=dpdk:x'], ['tx→nobody']],
    ['--tx loop: it is its own receiver', loop, { tx: 'loop:b' }, ['tx=loop:b'], ['tx→tx']],
    ['--rx none: nobody listens, on a loop either', loop, { rx: 'none' }, ['lab=loop:lab'], ['lab→nobody']],
    ['both', loop, { tx: 'dpdk:x', rx: 'dpdk:y' }, ['tx=dpdk:x', 'rx=dpdk:y'], ['tx→rx']],
    ['both the same: one port', loop, { tx: 'dpdk:x', rx: 'dpdk:x' }, ['tx=dpdk:x'], ['tx→tx']],
    ['--rx alone', loop, { rx: 'dpdk:y' }, ['lab=loop:lab', 'rx=dpdk:y'], ['lab→rx']],
    ['--rx of the sender', loop, { rx: 'loop:lab' }, ['lab=loop:lab'], ['lab→lab']],
    [
      'both ways become one',
      pair,
      { tx: 'dpdk:x', rx: 'dpdk:y' },
      ['tx=dpdk:x', 'rx=dpdk:y'],
      ['tx→rx', 'tx→rx'],
    ],
  ])('%s', (_, base, overrides, ports, streams) => {
    expect(wires(base, overrides)).toEqual({ ports, streams })
  })

  it('give a receiver to a profile that had none', () => {
    const deaf = profile([port('a', 'dpdk:0')], [stream('s', 'a')])
    expect(wires(deaf, { rx: 'dpdk:1' }).streams).toEqual(['a→rx'])
  })

  it('but not to a stream that was to have none beside others that have', () => {
    const mixed = profile(
      [port('a', 'dpdk:0'), port('b', 'dpdk:1')],
      [stream('s', 'a', 'b'), stream('t', 'a')],
    )
    expect(wires(mixed, { rx: 'dpdk:2' }).streams).toEqual(['a→rx', 'a→nobody'])
  })

  it('take another name for the receiver where `rx` is a sender', () => {
    const odd = profile([port('rx', 'dpdk:0'), port('b', 'dpdk:1')], [stream('s', 'rx', 'b')])
    expect(wires(odd, { rx: 'dpdk:2' })).toEqual({ ports: ['rx=dpdk:0', 'rx2=dpdk:2'], streams: ['rx→rx2'] })
  })

  it('keep queues, and arguments only of the same backend', () => {
    const base = profile([port('a', 'dpdk:0', { txQueues: 4, args: ['--no-huge'] })], [stream('s', 'a')])
    expect(applyOverrides(base, { tx: 'dpdk:1' }).ports).toMatchObject([{ txQueues: 4, args: ['--no-huge'] }])
    expect(applyOverrides(base, { tx: 'afpacket:eth0' }).ports).toMatchObject([{ txQueues: 4, args: [] }])
  })
})

describe('other overrides', () => {
  it('go into the profile', () => {
    const overrides = {
      rate: { kind: 'pps', pps: 5 } as const,
      durationNs: 3e9,
      count: 7,
      seed: 9,
      cores: [1, 2],
      queues: 2,
    }
    const changed = applyOverrides(loop, overrides)
    expect(changed).toMatchObject({
      seed: 9,
      durationNs: 3e9,
      cores: [1, 2],
      ports: [{ txQueues: 2, rxQueues: 1 }],
    })
    expect(changed.streams).toMatchObject([{ rate: { kind: 'pps', pps: 5 }, count: 7 }])
    expect(loop.seed).toBe(1)
  })

  it('give queues to ports that send', () => {
    const ports = applyOverrides(profile(pair.ports.slice(), [stream('s', 'a', 'b')]), { queues: 4 }).ports
    expect(ports.map(({ txQueues }) => txQueues)).toEqual([4, 1])
  })
})
