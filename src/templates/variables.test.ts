import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadProfile } from '../profile/load.js'
import { compile } from './compile.js'
import { builtCore, renderNative } from './native.testing.js'
import type { Plan } from './plan.js'
import { renderPacket, valueAt } from './render.testing.js'

const core = builtCore()
const folder = new URL('../../profiles/', import.meta.url)

function planOf(text: string): Plan {
  const { profile, diagnostics } = loadProfile(text, { file: 'x' })
  const compiled = profile && compile(profile)
  const all = [...diagnostics, ...(compiled?.diagnostics ?? [])].filter(
    ({ severity }) => severity === 'error',
  )
  expect(all).toEqual([])
  return compiled!.plan!
}

/** One stream of ethernet, ipv4 and udp. */
const udp = (vars: string, ipv4: string, udp: string) =>
  planOf(`
version: 1
safety: {lab: true, allow: [0.0.0.0/0, "::/0"]}
name: x
vars: {${vars}}
streams:
  - {name: s, frame: 64B, signature: false, layers: [ethernet: {}, ipv4: {${ipv4}}, udp: {${udp}}]}
`)

const hex = (frames: readonly Uint8Array[]) => frames.map(frame => Buffer.from(frame).toString('hex'))
const oracle = (plan: Plan, first: bigint, count: number) =>
  hex(Array.from({ length: count }, (_, i) => renderPacket(plan, 0, first + BigInt(i))))
const addressOf = (frame: Uint8Array, at: number) => Buffer.from(frame).readUInt32BE(at)

describe('a joint permutation', () => {
  const plan = planOf(readFileSync(new URL('udp-1m-5tuple.yaml', folder), 'utf8'))
  const count = 1_048_576
  /** Source, destination and ports; the protocol is always 17. */
  const tuple = (frame: Buffer) => frame.toString('latin1', 26, 38)

  it('yields 1,048,576 different 5-tuples in as many packets, then the same again', context => {
    if (!core) return context.skip('the native core is not built')
    const tuples = (first: bigint) => renderNative(core, plan, 0, { first, count }).map(tuple)
    const all = new Set(tuples(0n))
    expect(all.size).toBe(count)
    expect(tuples(7n * BigInt(count)).every(one => all.has(one))).toBe(true)
  })

  it('yields the same when four shards make them together', context => {
    if (!core) return context.skip('the native core is not built')
    const whole = renderNative(core, plan, 0, { count: 4096 }).map(tuple)
    const all = new Set<string>()
    for (const index of [0, 1, 2, 3]) {
      const frames = renderNative(core, plan, 0, { count: count / 4, shard: { index, stride: 4 } })
      const part = frames.map(tuple)
      for (const one of part) all.add(one)
      expect(part.slice(0, 1024)).toEqual(whole.filter((_, i) => i % 4 === index))
    }
    expect(all.size).toBe(count)
  })

  it('is what a pick draws from: the first flows are the most frequent', context => {
    if (!core) return context.skip('the native core is not built')
    const first = renderNative(core, plan, 0, { count: 3 }).map(tuple)
    const counts = new Map<string, number>()
    for (const one of renderNative(core, plan, 1, { count: 100_000 }).map(tuple))
      counts.set(one, (counts.get(one) ?? 0) + 1)
    const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, 3)
    expect(most.map(([one]) => one)).toEqual(first)
  })

  it.each([3n, 1000n, 65_536n, 1_000_003n])('is a bijection of %d numbers', size => {
    if (!core) return
    const plan = udp(`n: {permute: 0-${size - 1n}}`, 'src: =n', '')
    const seen = new Set(
      renderNative(core, plan, 0, { first: size, count: Number(size) }).map(f => addressOf(f, 26)),
    )
    expect(seen.size).toBe(Number(size))
    expect(Math.max(...[...seen].slice(0, 1000))).toBeLessThan(Number(size))
  })
})

describe('a variable', () => {
  const cases: [string, string, string][] = [
    [
      'flow: {inc: {src: 10.0.0.0/22, sport: 1024-1039, dst: [198.19.0.1, 198.19.0.9, 198.19.0.3]}}',
      'src: =flow.src, dst: =flow.dst',
      'src: =flow.sport',
    ],
    [
      'flow: {random: {src: 10.0.0.0-10.0.3.6, sport: 1024-1030, dst: 198.19.0.0/29}}',
      'src: =flow.src, dst: =flow.dst, id: =flow.sport',
      'src: =flow.sport',
    ],
    ['ue: {random: 0-999999}', 'src: =ue + 10.0.0.0', 'src: {hash: ue, range: 49152-65535}, dst: {hash: ue}'],
    ['ue: {inc: {range: 0-65535, every: 3, step: 5}}', 'src: =ue * 256 + 10.0.0.1, id: =ue', 'src: =dst + 1'],
    [
      'c: {weighted: {1: 5, 2: 3, 900: 2}}',
      'src: =c * 0x10000 + 10.0.0.0, id: =c',
      'src: {hash: c, range: 1-9}',
    ],
    [
      'p: {random: {range: [1-9, 100-70000, 50], not: [5, 1000-2000]}}',
      'src: =p + 10.0.0.0',
      'src: {random: any}, dst: =src + 1',
    ],
    ['z: {zipf: {range: 0-1048576, exponent: 1.1}}', 'src: =z + 10.0.0.0, id: {hash: z}', 'dst: =ipv4.id'],
  ]

  it.each(cases)('renders as plan.ts says: %s', (vars, ipv4, fields) => {
    const plan = udp(vars, ipv4, fields)
    if (!core) return
    for (const first of [0n, 12_345n, 1n << 40n])
      expect(hex(renderNative(core, plan, 0, { first, count: 130 }))).toEqual(oracle(plan, first, 130))
    for (const shard of [0, 1, 2].map(index => ({ index, stride: 3 })))
      expect(hex(renderNative(core, plan, 0, { count: 40, shard }))).toEqual(
        oracle(plan, 0n, 120).filter((_, i) => i % 3 === shard.index),
      )
  })

  it('counts like an odometer, the last part fastest', () => {
    const plan = udp('f: {inc: {a: 10.0.0.0/31, b: [7, 9, 4]}}', 'src: =f.a', 'src: =f.b')
    const [a, b] = plan.streams[0]!.fields
    const at = (i: bigint) => [valueAt(a!, i) - 0x0a000000n, valueAt(b!, i)].map(Number)
    expect([0n, 1n, 2n, 3n, 4n, 5n, 6n].map(at)).toEqual([
      [0, 7],
      [0, 9],
      [0, 4],
      [1, 7],
      [1, 9],
      [1, 4],
      [0, 7],
    ])
  })

  it('gives one draw to all of its fields, and all streams the same', () => {
    const text = `
version: 1
safety: {lab: true, allow: [0.0.0.0/0, "::/0"]}
name: x
vars: {ue: {random: 0-65535}, other: {random: 0-65535}}
streams:
  - {name: up, frame: 64B, layers: [ethernet: {}, ipv4: {id: =ue, src: =ue + 10.0.0.0}, udp: {src: =other}]}
  - {name: down, frame: 64B, layers: [ethernet: {}, ipv4: {id: =ue}, udp: {}]}
  - {name: own, frame: 64B, vars: {ue: {random: 0-65535}}, layers: [ethernet: {}, ipv4: {id: =ue}, udp: {}]}
`
    const [up, down, own] = planOf(text).streams.map(({ fields }) => fields)
    expect(up!.map(({ draw }) => draw)).toEqual([0, 0, 1])
    for (const i of [0n, 5n, 99n]) {
      expect(valueAt(up![1]!, i) - 0x0a000000n).toBe(valueAt(up![0]!, i))
      expect(valueAt(down![0]!, i)).toBe(valueAt(up![0]!, i))
    }
    expect([0n, 1n, 2n].map(i => valueAt(own![0]!, i))).not.toEqual(
      [0n, 1n, 2n].map(i => valueAt(down![0]!, i)),
    )
  })
})

describe('a joint domain of any shape', () => {
  const size = fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 2 ** 20 }),
    fc.constantFrom(256, 4096),
  )
  const sizes = fc.array(size, { minLength: 1, maxLength: 3 })
  const kinds = fc.constantFrom('inc', 'random', 'dec')

  it('is taken apart as plan.ts says, without a division', () => {
    fc.assert(
      fc.property(sizes, kinds, fc.bigInt(0n, 1n << 62n), (given, kind, first) => {
        const parts = given.map((count, i) => `p${i}: [7-${6 + count}]`).join(', ')
        const fields = ['src: =f.p0', 'dst: =f.p1 + 10.0.0.0'].slice(0, given.length).join(', ')
        const plan = udp(`f: {${kind}: {${parts}}}`, fields, '')
        if (core)
          expect(hex(renderNative(core, plan, 0, { first, count: 70 }))).toEqual(oracle(plan, first, 70))
      }),
      { numRuns: 150, endOnFailure: true },
    )
  })

  it('shows every combination once in a period, in every order', () => {
    const small = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(small, fc.constantFrom('inc', 'dec', 'permute'), (given, kind) => {
        const parts = given.map((count, i) => `p${i}: [7-${6 + count}]`).join(', ')
        const names = ['src: =f.p0', 'dst: =f.p1 + 10.0.0.0', 'id: =f.p2'].slice(0, given.length)
        const plan = udp(`f: {${kind}: {${parts}}}`, names.join(', '), '')
        const count = given.reduce((product, one) => product * one, 1)
        const seen = core && new Set(hex(renderNative(core, plan, 0, { first: 3n, count })))
        if (seen) expect(seen.size).toBe(count)
      }),
      { numRuns: 60, endOnFailure: true },
    )
  })
})

describe('an IPv6 field', () => {
  const v6 = (vars: string, src: string) =>
    planOf(`
version: 1
safety: {lab: true, allow: [0.0.0.0/0, "::/0"]}
name: x
vars: {${vars}}
streams: [{name: s, frame: 128B, signature: false, layers: [ethernet: {}, ipv6: {src: ${src}}, udp: {}]}]
`)
  const sourceOf = (frame: Uint8Array) => BigInt(`0x${Buffer.from(frame).toString('hex', 22, 38)}`)

  it.each([
    ['ue: {random: 0-0xfffff}', '=ue * 2^64 + 2001:db8::1'],
    ['ue: {random: 0-0xfffff}', '=ue * 2^60 + 2001:db8::ffff:0:0:1'],
    ['ue: {random: 0-0xfffff}', '{hash: ue, range: 2001:db8::/64}'],
    ['f: {random: {a: 0-4095, b: 2001:db8::/80, c: 1-3}}', '=f.a + 2001:db8::ffff:ffff:ffff:ff00'],
    ['a: {random: 2001:db8::/32}', '=a'],
    ['n: {inc: 1-2}', '{random: {range: "2001:db8::/32", not: ["2001:db8:1::/48", "2001:db8::/128"]}}'],
    ['n: {inc: 1-2}', '{random: 2001:db8::5-2001:db9::3}'],
    ['n: {inc: 1-2}', '{random: any}'],
    ['n: {inc: 1-2}', '{inc: {range: "2001:db8::ffff:ffff:ffff:fff0-2001:db8:0:1::f", step: 3}}'],
    ['n: {inc: 1-2}', '{zipf: {range: "2001:db8::ffff:ffff:ffff:fff0-2001:db8:0:1::f", exponent: 2}}'],
  ])('of %s as %s is right in all 128 bits', (vars, src) => {
    const plan = v6(vars, src)
    if (!core) return
    expect(hex(renderNative(core, plan, 0, { first: 77n, count: 200 }))).toEqual(oracle(plan, 77n, 200))
  })

  it('reaches all of a range that no prefix describes, and nothing else', () => {
    const plan = v6('n: {inc: 1-2}', '{random: 2001:db8::5-2001:db9::3}')
    const [low, high] = [(0x20010db8n << 96n) + 5n, (0x20010db9n << 96n) + 3n]
    const values = Array.from({ length: 3000 }, (_, i) => sourceOf(renderPacket(plan, 0, BigInt(i))))
    expect(values.every(value => low <= value && value <= high)).toBe(true)
    const shares = values.map(value => Number(((value - low) * 1000n) / (high - low + 1n)) / 1000)
    expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeCloseTo(0.5, 1)
    expect(Math.min(...shares)).toBeLessThan(0.01)
    expect(Math.max(...shares)).toBeGreaterThan(0.99)
  })

  it('permutes 2^64 addresses that begin in the middle of one subnet', context => {
    if (!core) return context.skip('the native core is not built')
    const plan = v6('n: {inc: 1-2}', '{permute: 2001:db8::8000:0:0:0-2001:db8:0:1:7fff:ffff:ffff:ffff}')
    const values = renderNative(core, plan, 0, { count: 5000 }).map(sourceOf)
    const low = (0x20010db8n << 96n) + (1n << 63n)
    expect(new Set(values).size).toBe(5000)
    expect(values.every(value => value >= low && value < low + (1n << 64n))).toBe(true)
  })
})
