import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamSpec, ValueSpec } from '../profile/model.js'
import { makeLanes } from '../templates/lanes.js'
import { layer, planFor, stream } from '../templates/profile.testing.js'
import { encodePlan } from './encode.js'
import { shareOf } from './shard.js'

it('the shares of all shards add up to the whole', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 64 }), (count, stride) => {
      let sum = 0
      for (let index = 0; index < stride; index++) sum += shareOf(count, { index, stride })
      expect(sum).toBe(count)
    }),
  )
})

describe('a plan', () => {
  const bytesOf = (streams: readonly StreamSpec[]) => {
    const plan = planFor(...streams)
    const lanes = makeLanes(plan.streams, { durationNs: null, linkBps: null })
    return encodePlan(plan, { lanes }).length
  }
  const random: ValueSpec = { kind: 'random', low: 0n, high: 65_535n, every: 1n }
  const layers = [layer('ethernet'), layer('ipv4', { id: random }), layer('udp', { src: random })]
  const named = (i: number, over: Partial<StreamSpec> = {}) =>
    stream({ name: `s${i}`, layers, rate: { kind: 'pps', pps: 1000 }, ...over })

  it('is as long for a billion packets as for a thousand', () => {
    expect(bytesOf([named(0, { count: 1e9 })])).toBe(bytesOf([named(0, { count: 1e3 })]))
  })

  it('grows by the same for each stream', () => {
    const bytes = [1, 2, 3, 500].map(count => bytesOf(Array.from({ length: count }, (_, i) => named(i))))
    const [one, two, three, many] = bytes as [number, number, number, number]
    expect(three - two).toBe(two - one)
    expect(many).toBe(one + 499 * (two - one))
  })

  /** Nothing compares each stream with each: ten times as many would then cost a hundred times as much. */
  it('costs in proportion to its streams', () => {
    const costOf = (count: number) => {
      const streams = Array.from({ length: count }, (_, i) =>
        named(i, { rx: 'a', signature: false, layers: toPort(i) }),
      )
      const before = process.cpuUsage()
      bytesOf(streams)
      const { user, system } = process.cpuUsage(before)
      return user + system
    }
    const toPort = (i: number) => [
      layer('ethernet'),
      layer('ipv4'),
      layer('udp', { dst: { kind: 'literal', value: BigInt(i) } }),
    ]
    costOf(300) // what is compiled the first time costs more
    expect(costOf(5000)).toBeLessThan(50 * costOf(500))
  })
})
