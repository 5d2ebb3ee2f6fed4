import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FrameSpec, LayerSpec, Load, StreamSpec, ValueSpec } from '../profile/model.js'
import { compile } from './compile.js'
import { frameNumber, groupsOf, indexFrom, partOf, titleOf, wireOrder } from './group.js'
import { makeLanes } from './lanes.js'
import { membersOf, type Variant } from './members-of.js'
import { builtCore, renderNative } from './native.testing.js'
import type { Plan } from './plan.js'
import { layer, profile, stream } from './profile.testing.js'
import { meanFrameBytes, paceOf, packetLimit } from './rate.js'
import { renderPacket } from './render.testing.js'
import { schedule } from './schedule.js'
import { planned, pps } from './stream.testing.js'

const inc: ValueSpec = { kind: 'inc', low: 0n, high: 65535n, step: 1n, every: 1n }
const within = (name: string) => ({ name, cycle: 1, places: [0] })

/** Counts the stream in the IP identification, and its own packets in the port. */
function variant(
  weight: number,
  k: number,
  { name = 'main', size = 100 + k, ...over }: Partial<StreamSpec> & { size?: number } = {},
): Variant {
  const id = `alternative ${k}`
  const udp: LayerSpec = { ...layer('udp', { src: inc }), within: within(id) }
  const layers = [layer('ethernet'), layer('ipv4', { id: inc }), udp]
  const frame = { kind: 'fixed', frameBytes: size } as const
  return { weight, labels: [`k${k}`], has: [id], spec: stream({ name, layers, frame, ...over }) }
}

const planOf = (variants: readonly Variant[], ...others: StreamSpec[]): Plan => {
  const { plan, diagnostics } = compile(profile([...membersOf(variants), ...others]))
  expect(diagnostics.filter(({ code }) => code !== 'no-room-for-signature')).toEqual([])
  return plan!
}

const weights = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 6 })
const variants = weights.map(given => given.map((weight, k) => variant(weight, k)))
const atRandom: FrameSpec = { kind: 'random', low: 100, high: 120, step: 1 }

const firstTurns = (plan: Plan, count: number, first = 0n) => {
  const found = []
  for (const turn of schedule(plan.streams, first)) {
    if (found.length === count) break
    found.push(turn)
  }
  return found
}

const read16 = (frame: Uint8Array, at: number) => frame[at]! * 256 + frame[at + 1]!

describe('a stream of several layouts', () => {
  it('is sent in the exact order of its weights, and counts through all of it', () => {
    fc.assert(
      fc.property(variants, given => {
        const plan = planOf(given)
        const turns = firstTurns(plan, 200)
        const own = new Map<number, number>()
        for (const [i, { stream, index, frame }] of turns.entries()) {
          const bytes = renderPacket(plan, stream.id, index)
          const nth = own.get(stream.id) ?? 0
          own.set(stream.id, nth + 1)
          // Outside of the alternatives, the stream's number; inside, that of the alternative.
          expect([frame, read16(bytes, 18), read16(bytes, 34)]).toEqual([BigInt(i), i, nth])
        }
        const total = given.reduce((sum, { weight }) => sum + weight, 0)
        const cycle = plan.streams[0]!.member!.cycle
        for (const [id, { weight }] of given.entries()) {
          const slots = turns.slice(0, cycle).filter(({ stream }) => stream.id === id)
          if (cycle <= 200) expect(slots.length / cycle).toBeCloseTo(weight / total, 9)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('counts an alternative through all the members that have it', () => {
    const both = (k: number, has: string): Variant => {
      const one = variant(k + 1, k)
      const layers = one.spec.layers.map(given => (given.within ? { ...given, within: within(has) } : given))
      return { ...one, has: [has], labels: [has], spec: { ...one.spec, layers } }
    }
    const plan = planOf([both(0, 'a'), both(1, 'b'), both(2, 'a')])
    const seen = { a: 0, b: 0 }
    for (const { stream, index } of firstTurns(plan, 60)) {
      const [label] = stream.member!.labels as [keyof typeof seen]
      expect(read16(renderPacket(plan, stream.id, index), 34)).toBe(seen[label]++)
    }
    expect(seen).toEqual({ a: 40, b: 20 })
  })

  it('draws its frame sizes as a whole, whatever its members are', () => {
    const whole = planOf([variant(1, 0, { frame: atRandom })])
    const plan = planOf([1, 2, 3].map((weight, k) => variant(weight, k, { frame: atRandom })))
    const lengths = firstTurns(plan, 100).map(
      ({ stream, index }) => renderPacket(plan, stream.id, index).length,
    )
    expect(lengths).toEqual(lengths.map((_, i) => renderPacket(whole, 0, BigInt(i)).length))
  })

  it('leaves no value of an alternative out, and draws each alternative by itself', () => {
    const list: ValueSpec = { kind: 'list', values: [7n, 8n], every: 1n }
    const drawn: ValueSpec = { kind: 'random', low: 0n, high: 65535n, every: 1n }
    const alternative = (k: number, dst: ValueSpec): Variant => {
      const one = variant(1, k)
      const udp = { ...layer('udp', { src: drawn, dst }), within: within(`alternative ${k}`) }
      return { ...one, spec: { ...one.spec, layers: [...one.spec.layers.slice(0, 2), udp] } }
    }
    const plan = planOf([alternative(0, list), alternative(1, list)])
    const packets = [0, 1].map(id => [0n, 1n, 2n, 3n].map(i => renderPacket(plan, id, i)))
    for (const frames of packets) expect(frames.map(frame => read16(frame, 36))).toEqual([7, 8, 7, 8])
    const ports = packets.map(frames => frames.map(frame => read16(frame, 34)))
    expect(ports[0]).not.toEqual(ports[1])
  })

  it('is rendered by the native core as plan.ts says, whole and in shards', context => {
    const core = builtCore()
    if (!core) return context.skip('the native core is not built')
    fc.assert(
      fc.property(variants, fc.integer({ min: 1, max: 4 }), fc.nat(300), (given, stride, first) => {
        const plan = planOf(given.map(one => ({ ...one, spec: { ...one.spec, frame: atRandom } })))
        for (const { id, member } of plan.streams)
          for (let index = 0; index < stride; index++) {
            const own = (index + stride - (member!.places[0]! % stride)) % stride
            const frames = renderNative(core, plan, id, {
              first: BigInt(first),
              count: 70,
              shard: { index, stride },
            })
            const here = frames.map((_, k) => renderPacket(plan, id, BigInt((first + k) * stride + own)))
            expect(frames.map(frame => frame.toString('hex'))).toEqual(
              here.map(frame => Buffer.from(frame).toString('hex')),
            )
          }
      }),
      { numRuns: 30 },
    )
  })

  it('can be entered at any packet', () => {
    fc.assert(
      fc.property(variants, fc.nat(5000), (given, first) => {
        const plan = planOf(given)
        const all = firstTurns(plan, 40, BigInt(first))
        expect(all.map(({ frame }) => frame)).toEqual(all.map((_, i) => BigInt(first + i)))
        const { stream, index, frame } = all[0]!
        expect([frameNumber(stream.member, index), indexFrom(stream.member, frame)]).toEqual([frame, index])
      }),
      { numRuns: 30 },
    )
  })

  it('divides any number of packets among its members', () => {
    fc.assert(
      fc.property(variants, fc.nat(100_000), (given, count) => {
        const members = planOf(given).streams
        const parts = members.map(({ member }) => partOf(member, count))
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(count)
      }),
      { numRuns: 30 },
    )
  })

  it('is one stream to rates, counts, lanes and those that wait for it', () => {
    const rate: Load = { kind: 'bps', bps: 8e6, layer: 2 }
    const plan = planOf(
      [variant(3, 0, { size: 100, rate, count: 10 }), variant(1, 1, { size: 300, rate, count: 10 })],
      stream({ name: 'next', after: ['main'], count: 1 }),
    )
    const [main, next] = groupsOf(plan.streams) as [
      ReturnType<typeof groupsOf>[0],
      ReturnType<typeof groupsOf>[0],
    ]
    expect(meanFrameBytes(main)).toBe(150)
    expect(paceOf(main, null)).toEqual({ shape: 'steady', pps: 8e6 / 1200 })
    expect(main.map(({ count }) => count)).toEqual([8, 2])
    expect(packetLimit(main, { durationNs: null, linkBps: null })).toBe(10)
    expect(next[0].after).toEqual([0])
    const lanes = makeLanes(plan.streams, { durationNs: null, linkBps: null })
    expect(lanes).toMatchObject([
      { slots: [0], cycles: [[0, 0, 1, 0]], openEnded: false },
      { slots: [2], cycles: [], after: [0] },
    ])
    expect(
      firstTurns(plan, 99)
        .map(({ stream }) => stream.id)
        .join(''),
    ).toBe('00100010002')
    expect(titleOf(main[0])).toBe('main (k0)')
  })

  it('takes its turns among others as one, in runs and in shares of bits', () => {
    const share = (
      name: string,
      frameBytes: number,
      percent: number,
    ): Partial<StreamSpec> & { size: number } => ({
      name,
      size: frameBytes,
      share: percent,
      rate: { kind: 'bps', bps: 1e6, layer: 2 },
    })
    const plan = planOf(
      [variant(1, 0, share('mixed', 100, 50)), variant(1, 1, share('mixed', 300, 50))],
      stream({
        name: 'plain',
        frame: { kind: 'fixed', frameBytes: 100 },
        share: 50,
        rate: { kind: 'bps', bps: 1e6, layer: 2 },
      }),
    )
    // 200 bytes on average against 100: half as many turns.
    expect(
      firstTurns(plan, 12)
        .map(({ stream }) => stream.id)
        .join(''),
    ).toBe('202212202212'.slice(0, 12))
    const bytes = [0, 0, 0]
    for (const { stream } of firstTurns(plan, 600)) bytes[stream.id]! += stream.templates[0]!.bytes.length + 4
    expect(bytes[0]! + bytes[1]!).toBe(bytes[2])
  })

  it('has an order of its own on the wire', () => {
    const member = (at: number[]) => ({ labels: [], cycle: 2, places: [0, 1], slots: 4, at })
    const group = [
      planned(0, pps(1), { name: 's', member: member([0, 3]) }),
      planned(1, pps(1), { name: 's', member: member([1, 2]) }),
    ]
    expect(wireOrder(group as never)).toEqual([0, 1, 1, 0])
    expect(partOf(group[1]!.member, 6)).toBe(3)
  })
})
