import { describe, expect, it } from 'vitest'
import type { FrameSpec } from '../profile/model.js'
import { compile } from './compile.js'
import { dissect } from './dissect.js'
import { templateIndex } from './frame-choice.js'
import { builtCore, renderNative } from './native.testing.js'
import { layer, planFor, profile, stream } from './profile.testing.js'
import { meanFrameBytes, packetLimit } from './rate.js'
import { renderPacket } from './render.testing.js'

const tunnel = ['ethernet', 'ipv4', 'udp', 'vxlan', 'ethernet', 'ipv4', 'udp'].map(name => layer(name))
const weights = (...sizes: [number, number][]) =>
  sizes.map(([frameBytes, weight]) => ({ frameBytes, weight }))

/** The first packets' sizes, FCS included. */
const sizesOf = (frame: FrameSpec, count: number, layers = tunnel.slice(0, 3)): number[] => {
  const plan = planFor(stream({ layers, frame }))
  return Array.from({ length: count }, (_, i) => renderPacket(plan, 0, BigInt(i)).length + 4)
}

describe('frame sizes', () => {
  it.each<[string, FrameSpec, number[]]>([
    ['a list', { kind: 'list', frameBytes: [128, 64, 128, 1518] }, [128, 64, 128, 1518, 128, 64, 128, 1518]],
    ['a range', { kind: 'inc', low: 64, high: 70, step: 3 }, [64, 67, 70, 64, 67, 70]],
    ['an imix', { kind: 'imix', sizes: weights([64, 2], [128, 1]) }, [64, 128, 64, 64, 128, 64]],
  ])('are taken in turn from %s', (_, frame, sizes) => {
    expect(sizesOf(frame, sizes.length)).toEqual(sizes)
  })

  it('are drawn by the seed and the name of the stream', () => {
    const frame: FrameSpec = { kind: 'random', low: 64, high: 1518, step: 1 }
    const drawn = (seed: number, name: string) => {
      const { plan } = compile(profile([stream({ frame, name })], { seed }))
      return Array.from({ length: 20 }, (_, i) => templateIndex(plan!.streams[0]!, BigInt(i)))
    }
    expect(drawn(1, 'a')).toEqual(drawn(1, 'a'))
    expect(drawn(1, 'a')).not.toEqual(drawn(2, 'a'))
    expect(drawn(1, 'a')).not.toEqual(drawn(1, 'b'))
  })

  it('of an inner layer count from there on, and Ethernet pads what is short', () => {
    // The simple IMIX as it is often told, in bytes of IP: 40, 576 and 1500.
    const ip = { kind: 'list', frameBytes: [40, 576, 1500], of: 'ipv4' } as const
    expect(sizesOf(ip, 3)).toEqual([64, 594, 1518])
    // Ethernet 14, IPv4 20, UDP 8, VXLAN 8, Ethernet 14, FCS 4.
    const inner = { kind: 'list', frameBytes: [28, 1450], of: 'ipv4.2' } as const
    expect(sizesOf(inner, 2, tunnel)).toEqual([28 + 68, 1450 + 68])
    expect(sizesOf({ kind: 'fixed', frameBytes: 0, of: 'payload' }, 1)).toEqual([64])
    expect(sizesOf({ kind: 'fixed', frameBytes: 100, of: 'payload' }, 1)).toEqual([146])
  })

  it('of a padded packet stand in its lengths, and its checksums leave the padding out', () => {
    const plan = planFor(stream({ frame: { kind: 'fixed', frameBytes: 40, of: 'ipv4' } }))
    const frame = renderPacket(plan, 0, 0n)
    const [, ipv4, udp] = dissect(frame).layers
    const value = (of: typeof ipv4, key: string) => of!.fields.find(field => field.key === key)?.value
    expect([value(ipv4, 'length'), value(udp, 'length')]).toEqual([40n, 20n])
    expect([...frame.subarray(54)]).toEqual([0, 0, 0, 0, 0, 0])
    expect(plan.streams[0]!.templates[0]!.checksums.map(({ end }) => end)).toEqual([54, 34])
  })

  it('are the same in shards as in the whole, and as plan.ts says', context => {
    const core = builtCore()
    if (!core) return context.skip('the native core is not built')
    const specs: FrameSpec[] = [
      { kind: 'random', low: 64, high: 1518, step: 1 },
      { kind: 'weighted', sizes: weights([64, 7], [594, 4], [1518, 1]) },
      { kind: 'list', frameBytes: [64, 65, 66, 64, 67], of: 'payload' },
    ]
    const src = { kind: 'random', low: 0n, high: 65_535n, every: 1n } as const
    for (const frame of specs) {
      const plan = planFor(stream({ layers: [...tunnel.slice(0, 2), layer('udp', { src })], frame }))
      const hex = (frames: readonly Uint8Array[]) => frames.map(one => Buffer.from(one).toString('hex'))
      const whole = hex(renderNative(core, plan, 0, { count: 600 }))
      expect(whole).toEqual(hex(whole.map((_, i) => renderPacket(plan, 0, BigInt(i)))))
      for (const stride of [2, 4]) {
        const parts = Array.from({ length: stride }, (_, index) =>
          hex(renderNative(core, plan, 0, { count: 600 / stride, shard: { index, stride } })),
        )
        expect(whole.map((_, i) => parts[i % stride]![Math.floor(i / stride)])).toEqual(whole)
      }
    }
  })

  it('have a mean, by which bits become packets', () => {
    const of = (frame: FrameSpec) => planFor(stream({ frame })).streams[0]!
    expect(meanFrameBytes([of({ kind: 'random', low: 64, high: 1518, step: 1 })])).toBeCloseTo(791, 9)
    const mixed = of({ kind: 'weighted', sizes: weights([64, 7], [594, 4], [1518, 1], [64, 2]) })
    const mean = (9 * 64 + 4 * 594 + 1518) / 14
    expect(meanFrameBytes([mixed])).toBeCloseTo(mean, 9)
    const rate = { kind: 'bps', bps: 1e9, layer: 1 } as const
    expect(packetLimit([{ ...mixed, rate }], { durationNs: 1e9, linkBps: null })).toBe(
      Math.round(1e9 / ((mean + 20) * 8)),
    )
  })

  it('need no table for one size, and no more frames than there are sizes', () => {
    const one = planFor(stream({ frame: { kind: 'random', low: 64, high: 70, step: 9 } })).streams[0]!
    expect([one.templates.length, one.sequence, one.sizeDraw]).toEqual([1, [0], null])
    const two = planFor(stream({ frame: { kind: 'weighted', sizes: weights([64, 1], [128, 1], [64, 2]) } }))
    expect(two.streams[0]!.templates).toHaveLength(2)
  })
})

describe('frame sizes that cannot be', () => {
  it.each<[string, FrameSpec, object]>([
    [
      'a layer that is not there',
      { kind: 'fixed', frameBytes: 64, of: 'ipv4.3' },
      { code: 'unknown-layer', path: ['streams', 0, 'frame', 'of'], hint: 'did you mean `ipv4.2`?' },
    ],
    [
      'no room for the headers from the layer on',
      { kind: 'random', low: 20, high: 90, step: 1, of: 'ipv4.2' },
      { code: 'frame-too-short', message: 'ipv4.2 of 20 bytes is too short: ipv4.2 20 + udp.2 8 = 28 bytes' },
    ],
    [
      'more than a device takes',
      { kind: 'list', frameBytes: [64, 9200], of: 'ipv4.2' },
      { code: 'out-of-range', hint: 'at most 9148 bytes' },
    ],
    ['no sizes', { kind: 'list', frameBytes: [] }, { code: 'bad-value' }],
    ['a range that runs backwards', { kind: 'inc', low: 70, high: 64, step: 1 }, { code: 'reversed-range' }],
    ['a step of 0', { kind: 'random', low: 64, high: 70, step: 0 }, { code: 'reversed-range' }],
    ['weights of 0', { kind: 'weighted', sizes: weights([64, 0]) }, { code: 'bad-weights' }],
  ])('%s', (_, frame, expected) => {
    const { diagnostics } = compile(profile([stream({ layers: tunnel, frame })]))
    expect(diagnostics).toMatchObject([expected])
  })
})
