import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Native } from '../../gen/native.js'
import { ownShard, type Shard, shareOf } from '../../gen/shard.js'
import type { FragmentFault, FragmentOrder, FragmentSpec, StreamSpec } from '../../profile/model.js'
import { compile } from '../compile.js'
import { builtCore, renderNative } from '../native.testing.js'
import type { Plan, StreamPlan } from '../plan.js'
import { profile } from '../profile.testing.js'
import { reassemble } from './reassemble.testing.js'
import { anyone, asWhole, ipOf, stacks, streamOn, wholeOf } from './streams.testing.js'

const weights = <T>(...entries: [T, number][]) => entries.map(([value, weight]) => ({ value, weight }))

const fragment = (changes: Partial<FragmentSpec> = {}): FragmentSpec => ({
  mtu: weights([1500, 1]),
  order: weights(['forward', 1]),
  fault: weights(['none', 1]),
  interleave: 1,
  ...changes,
})

const imix = (...sizes: number[]) =>
  ({ kind: 'imix', sizes: sizes.map((frameBytes, i) => ({ frameBytes, weight: i + 1 })) }) as const

function planOf(...streams: StreamSpec[]): Plan {
  const { plan, diagnostics } = compile(profile(streams, anyone))
  if (!plan) throw new Error(diagnostics.map(({ message }) => message).join())
  return plan
}

interface Sent {
  frame: Uint8Array
  train: number
  slot: number
  labels: readonly string[]
}

/** All frames of a cycle or of the count, in the order on the wire, from as many shards as are asked for. */
function sent(core: Native, plan: Plan, shards = 1): Sent[] {
  const found = plan.streams.flatMap(stream =>
    Array.from({ length: shards }, (_, index) =>
      sentBy(core, plan, stream, { index, stride: shards }),
    ).flat(),
  )
  return found.sort((a, b) => a.slot - b.slot)
}

function sentBy(core: Native, plan: Plan, stream: StreamPlan, shard: Shard): Sent[] {
  const { member, id, count } = stream
  const { places, at, slots, cycle, labels } = member!
  const own = ownShard(stream, shard)
  const frames = renderNative(core, plan, id, { count: shareOf(count ?? at.length, own), shard })
  return frames.map((frame, k) => {
    const i = k * own.stride + own.index
    const turn = Math.floor(i / at.length)
    const [train, slot] = [turn * cycle + places[i % at.length]!, turn * slots + at[i % at.length]!]
    return { frame, train, slot, labels }
  })
}

const trainsIn = (frames: readonly Sent[]): Map<number, Sent[]> => {
  const trains = new Map<number, Sent[]>()
  for (const one of frames) trains.set(one.train, [...(trains.get(one.train) ?? []), one])
  return trains
}

describe('the members of a fragmented stream', () => {
  const core = builtCore()
  const orders = weights<FragmentOrder>(['forward', 2], ['reverse', 1], ['shuffle', 1])
  const faults = weights<FragmentFault>(['none', 3], ['duplicate', 1], ['overlap', 1], ['tiny_first', 1])
  const given = fc.record({
    mtu: fc.constantFrom(weights([1500, 1], [120, 2]), weights([576, 1]), weights([88, 1])),
    sizes: fc.uniqueArray(fc.integer({ min: 1700, max: 9000 }), { minLength: 1, maxLength: 2 }),
    interleave: fc.integer({ min: 1, max: 9 }),
    // Where nothing is wrong with any, some may not be cut at all.
    whole: fc.boolean(),
  })

  it.for(Object.entries(stacks))('carry the datagrams of %s, on 1 and on 4 shards', ([, layers], context) => {
    if (!core) return context.skip('the native core is not built')
    fc.assert(
      fc.property(given, ({ mtu, sizes, interleave, whole }) => {
        const how = { mtu, interleave, order: orders, fault: whole ? faults.slice(0, 1) : faults }
        const frame = imix(...(whole ? [300] : []), ...sizes)
        const spec = streamOn(layers, { frame, fragment: fragment(how) })
        const plan = planOf(spec)
        const frames = sent(core, plan)
        expect(sent(core, plan, 4)).toEqual(frames)
        expect(frames.map(({ slot }) => slot)).toEqual(frames.map((_, i) => i))
        for (const [train, own] of [...trainsIn(frames)].filter(([train]) => train % 20 === 1)) {
          const found = reassemble(
            own.map(({ frame }) => frame),
            ipOf(layers),
          )
          expect(asWhole(found, layers)).toEqual(wholeOf(spec, BigInt(train)))
        }
      }),
      { numRuns: 2, endOnFailure: true },
    )
  })
})

const everyFault = weights<FragmentFault>(
  ['none', 8],
  ['missing_last', 2],
  ['missing_first', 2],
  ['duplicate', 1],
  ['overlap', 1],
  ['tiny_first', 1],
  ['oversize_end', 1],
)

describe('the counts of fragments', () => {
  const layers = stacks['ipv4 udp']!
  const cut = (changes: Partial<StreamSpec> = {}, how: Partial<FragmentSpec> = {}) =>
    streamOn(layers, {
      frame: imix(3000, 6000),
      fragment: fragment({ fault: everyFault, ...how }),
      ...changes,
    })

  it('are exact for each fault', () => {
    const plan = planOf(cut({}, { mtu: weights([1500, 2], [576, 1]), interleave: 4 }))
    const trains = new Map<string, Set<number>>()
    for (const { member } of plan.streams)
      for (const place of member!.places)
        trains.set(member!.labels[0]!, (trains.get(member!.labels[0]!) ?? new Set()).add(place))
    const cycle = plan.streams[0]!.member!.cycle
    expect(Object.fromEntries([...trains].map(([fault, all]) => [fault, (all.size * 16) / cycle]))).toEqual(
      Object.fromEntries(everyFault.map(({ value, weight }) => [value, weight])),
    )
  })

  it('are those of whole trains, however many are in flight', () => {
    const [all, some] = [cut({}, { interleave: 8 }), cut({ count: 37 }, { interleave: 8 })].map(
      spec => planOf(spec).streams,
    )
    const cycle = all![0]!.member!.cycle
    const frames = all!.flatMap(({ member }) => member!.places).filter(place => place < 37).length
    expect(cycle).toBeGreaterThan(37)
    expect(some!.reduce((sum, { count }) => sum + count!, 0)).toBe(frames)
    // What the count leaves out comes later on the wire than all that it does not.
    for (const { member, count } of some!)
      expect(member!.places.slice(0, count!).every(place => place < 37)).toBe(true)
  })

  it('need few members: one for each fault and layout', () => {
    const plan = planOf(cut({ rx: 'b' }, { mtu: weights([1500, 1], [576, 1], [68, 1]) }))
    expect(plan.streams.length).toBeLessThanOrEqual(3 * everyFault.length)
    // A tiny fragment has no room; one that is sent twice has no signature, or the copy would be another frame.
    const unsigned = plan.streams.filter(({ signature }) => signature === null)
    expect(unsigned.map(({ member, templates }) => [member!.labels[0], templates.length])).toEqual([
      ['duplicate', 2],
      ['tiny_first', 6],
      ['duplicate', 2],
      ['duplicate', 2],
    ])
  })

  it('numbers the streams behind them', () => {
    const plain = streamOn(layers, { name: 'plain', rx: 'b', after: ['main'] })
    const { streams } = planOf({ ...plain, name: 'first', after: [] }, cut({ rx: 'b', count: 9 }), plain)
    expect(streams.map(({ id }) => id)).toEqual(streams.map((_, i) => i))
    expect(streams.at(-1)).toMatchObject({ name: 'plain', after: [1] })
    for (const { signature, templates, id } of streams)
      if (signature !== null) expect(templates[0]!.bytes[signature + 3]).toBe(id)
  })
})
