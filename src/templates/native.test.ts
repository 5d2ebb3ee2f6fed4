import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ValueSpec } from '../profile/model.js'
import { anyTarget, streamsWith, varying } from './arbitrary.testing.js'
import { compile } from './compile.js'
import { builtCore, renderNative } from './native.testing.js'
import type { Plan } from './plan.js'
import { layer, planFor, profile, stream } from './profile.testing.js'
import { renderPacket } from './render.testing.js'

const renderHere = (plan: Plan, id: number, first: bigint, count: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    Buffer.from(renderPacket(plan, id, first + BigInt(i))).toString('hex'),
  )

const indices = fc.oneof(fc.bigInt(0n, 1000n), fc.bigInt(0n, 1n << 48n))

describe('the native core', () => {
  const core = builtCore()
  const rendered = (plan: Plan, id: number, first: bigint, count: number) =>
    core ? renderNative(core, plan, id, { first, count }).map(frame => frame.toString('hex')) : []

  it('renders what plan.ts says, for any stack, values and index', context => {
    if (!core) return context.skip('the native core is not built')
    const two = fc.tuple(streamsWith(varying, /^$/), streamsWith(varying, /^$/))
    fc.assert(
      fc.property(two, indices, fc.integer({ min: 1, max: 70 }), ([a, b], first, count) => {
        const streams = [a, { ...b, name: 'other' }]
        const { plan } = compile(profile(streams, { safety: anyTarget }))
        for (const id of [0, 1])
          expect(rendered(plan!, id, first, count)).toEqual(renderHere(plan!, id, first, count))
      }),
      // The first frame that differs says enough; shrinking two streams takes a minute.
      { endOnFailure: true },
    )
  })

  it('takes frame sizes in the order of the mix', context => {
    if (!core) return context.skip('the native core is not built')
    const sizes = [64, 570, 1518].map((frameBytes, i) => ({ frameBytes, weight: [7, 4, 1][i]! }))
    const src: ValueSpec = { kind: 'random', low: 1n, high: 65535n, every: 2n }
    const layers = [layer('ethernet'), layer('ipv4'), layer('udp', { src })]
    const plan = planFor(stream({ layers, frame: { kind: 'imix', sizes }, rx: 'b' }))
    expect(rendered(plan, 0, 5n, 100)).toEqual(renderHere(plan, 0, 5n, 100))
  })

  it('permutes a range without leaving one out', context => {
    if (!core) return context.skip('the native core is not built')
    const src: ValueSpec = { kind: 'permute', low: 100n, high: 1099n, every: 1n }
    const plan = planFor(stream({ layers: [layer('ethernet'), layer('ipv4'), layer('udp', { src })] }))
    const ports = rendered(plan, 0, 3000n, 1000).map(frame => Number.parseInt(frame.slice(68, 72), 16))
    expect(ports.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => 100 + i))
  })
})
