import { describe, expect, it } from 'vitest'
import type { ValueSpec } from '../profile/model.js'
import { compile } from './compile.js'
import { layer, literal, planFor, profile, stream, udpLayers } from './profile.testing.js'
import { renderPacket, valueAt } from './render.testing.js'

const fixed = (frameBytes: number) => ({ kind: 'fixed', frameBytes }) as const
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const codes = (...args: Parameters<typeof compile>) => compile(...args).diagnostics.map(({ code }) => code)
const udpStream = (fields: Record<string, Record<string, ValueSpec>>) =>
  stream({ layers: ['ethernet', 'ipv4', 'udp'].map(name => layer(name, fields[name])) })

describe('compile', () => {
  it('builds a 64-byte UDP frame, lengths and checksums computed', () => {
    const frame = renderPacket(planFor(stream({ frame: fixed(64) })), 0, 0n)
    expect(hex(frame)).toBe(
      '0200000000020200000000010800' + // Ethernet
        '4500002e000000000a112296c6120102c6130102' + // IPv4: length 46, TTL 10, UDP
        'c0000009001ae5ac' + // UDP: length 26
        Buffer.from('nmgen nmgen nmgen ').toString('hex'),
    )
  })

  it('keeps what the profile gives, even where it is wrong', () => {
    const fields = { ipv4: { length: literal(9n) }, udp: { checksum: literal(0n) } }
    const plan = planFor(udpStream(fields))
    expect(hex(plan.streams[0]!.templates[0]!.bytes.subarray(16, 18))).toBe('0009')
    expect(plan.streams[0]!.templates[0]!.checksums).toHaveLength(1)
  })

  it('links the layers: a tag says what it carries', () => {
    const layers = ['ethernet', 'vlan', 'vlan', 'ipv6', 'tcp'].map(name => layer(name))
    const plan = planFor(stream({ layers }))
    expect(hex(plan.streams[0]!.templates[0]!.bytes.subarray(12, 22))).toBe('810000018100000186dd')
    expect(plan.streams[0]!.templates[0]!.bytes[22 + 6]).toBe(6)
  })

  it('names the fields of a second tag apart', () => {
    const id: ValueSpec = { kind: 'inc', low: 1n, high: 9n, step: 1n, every: 1n }
    const plan = planFor(
      stream({ layers: [layer('ethernet'), layer('vlan', { id }), layer('vlan', { id })] }),
    )
    expect(plan.streams[0]!.fields).toMatchObject([
      { name: 'vlan.id', offset: 14, bytes: 2, shift: 0, bits: 12 },
      { name: 'vlan.2.id', offset: 18, bytes: 2, shift: 0, bits: 12 },
    ])
  })

  it('counts down from the highest value', () => {
    const src: ValueSpec = { kind: 'dec', low: 10n, high: 14n, step: 2n, every: 1n }
    const [field] = planFor(udpStream({ udp: { src } })).streams[0]!.fields
    expect([0n, 1n, 2n, 3n, 4n].map(i => valueAt(field!, i))).toEqual([14n, 12n, 10n, 13n, 11n])
  })

  it('holds a value for `every` packets', () => {
    const src: ValueSpec = { kind: 'inc', low: 1n, high: 3n, step: 1n, every: 2n }
    const [field] = planFor(udpStream({ udp: { src } })).streams[0]!.fields
    expect([0n, 1n, 2n, 6n].map(i => valueAt(field!, i))).toEqual([1n, 1n, 2n, 1n])
  })

  it('makes no program of a range with one value', () => {
    const src: ValueSpec = { kind: 'random', low: 7n, high: 7n, every: 1n }
    expect(planFor(udpStream({ udp: { src } })).streams[0]!.fields).toEqual([])
  })

  it('sends the simple IMIX in its exact order', () => {
    const sizes = [64, 570, 1518].map((frameBytes, i) => ({ frameBytes, weight: [14, 8, 2][i]! }))
    const { sequence, templates } = planFor(stream({ frame: { kind: 'imix', sizes } })).streams[0]!
    expect(templates.map(({ bytes }) => bytes.length)).toEqual([60, 566, 1514])
    expect(sequence).toEqual([0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 1, 0])
  })

  it('draws the same values wherever a stream stands in the profile', () => {
    const src: ValueSpec = { kind: 'random', low: 0n, high: 65535n, every: 1n }
    const mine = { ...udpStream({ udp: { src } }), name: 'mine' }
    const moved = planFor(stream(), mine).streams[1]!.fields
    expect(moved).toEqual(planFor(mine).streams[0]!.fields)
    expect(moved).not.toEqual(planFor({ ...mine, name: 'other' }).streams[0]!.fields)
  })
})

describe('the signature', () => {
  it('is there without a receiver where the profile asks for it', () => {
    const signatureOf = (change: object) =>
      planFor(stream({ frame: fixed(64), ...change })).streams[0]!.signature
    expect(signatureOf({})).toBe(null)
    expect(signatureOf({ signAlways: true })).toBe(42)
    expect(signatureOf({ signAlways: true, signature: false })).toBe(null)
  })

  it('fills the payload of a 64-byte UDP frame', () => {
    const plan = planFor(stream(), stream({ frame: fixed(64), rx: 'b' }))
    const { signature, match, templates } = plan.streams[1]!
    expect({ signature, match }).toEqual({ signature: 42, match: null })
    expect(hex(templates[0]!.bytes.subarray(42))).toBe(`4e4d0001${'00'.repeat(12)}b1b1`)
  })

  it('is left out, with a warning, where one size of the mix has no room', () => {
    const layers = ['ethernet', 'ipv4', 'tcp'].map(name => layer(name))
    const sizes = [64, 128].map(frameBytes => ({ frameBytes, weight: 1 }))
    const { plan, diagnostics } = compile(
      profile([stream({ layers, frame: { kind: 'imix', sizes }, rx: 'b' })]),
    )
    expect(plan?.streams[0]?.signature).toBe(null)
    expect(diagnostics).toMatchObject([
      { code: 'no-room-for-signature', severity: 'warning', hint: 'frames of 76B or more have the room' },
    ])
  })

  it('gives way to what the profile says, with a rule that knows the constant bits', () => {
    const src: ValueSpec = { kind: 'random', low: 1024n, high: 2047n, every: 1n }
    const { match } = planFor({ ...udpStream({ udp: { src } }), rx: 'b', signature: false }).streams[0]!
    expect(match?.offset).toBe(12)
    expect(hex(match!.mask)).toBe(`ffff${'00'.repeat(9)}ff0000${'ff'.repeat(8)}fc00ffff`)
    expect(hex(match!.value)).toBe(`0800${'00'.repeat(9)}110000c6120102c613010204000009`)
  })

  it('warns of streams that look alike, and of payload that it replaces', () => {
    const payload = { ...layer('payload'), bytes: new Uint8Array([1]) }
    const plain = { ...stream({ rx: 'b' }), signature: false }
    expect(codes(profile([plain, { ...plain, name: 'twin' }]))).toEqual(['streams-look-alike'])
    expect(codes(profile([plain, stream({ rx: 'b', name: 'signed' })]))).toEqual([])
    expect(codes(profile([stream({ rx: 'b', layers: [...udpLayers, payload] })]))).toEqual([
      'payload-overwritten',
    ])
  })
})

describe('fields of more than 64 bits', () => {
  const net = 0x20010002_0000_0000n << 64n
  const compiled = (src: ValueSpec) =>
    compile(profile([stream({ layers: [layer('ethernet'), layer('ipv6', { src }), layer('udp')] })]))
  const fieldsOf = (src: ValueSpec) => compiled(src).plan!.streams[0]!.fields

  it('vary in their low 64 bits with one program', () => {
    const fields = fieldsOf({ kind: 'inc', low: net, high: net | 0xffffn, step: 1n, every: 1n })
    expect(fields).toMatchObject([
      { name: 'ipv6.src', offset: 30, bytes: 8, bits: 64, low: 0n, size: 65536n },
    ])
  })

  it('vary in a short prefix with two', () => {
    const [high, low] = fieldsOf({ kind: 'random', low: net, high: net | ((1n << 80n) - 1n), every: 1n })
    expect(high).toMatchObject({ name: 'ipv6.src.high', offset: 22, low: net >> 64n, size: 65536n })
    expect(low).toMatchObject({ name: 'ipv6.src', offset: 30, low: 0n, size: 1n << 64n })
    expect(high!.key).not.toBe(low!.key)
  })

  it('take lists apart', () => {
    const values = [net | 1n, (net + (1n << 64n)) | 2n]
    expect(fieldsOf({ kind: 'list', values, every: 3n })).toMatchObject([
      { values: [net >> 64n, (net >> 64n) + 1n], every: 3n },
      { values: [1n, 2n], every: 3n },
    ])
  })

  it('cannot count over more', () => {
    const wide: ValueSpec = { kind: 'permute', low: net, high: net | ((1n << 80n) - 1n), every: 1n }
    expect(compiled(wide).diagnostics).toMatchObject([
      { code: 'range-too-wide', path: ['streams', 0, 'layers', 1, 'ipv6', 'src'] },
    ])
  })
})

describe('diagnostics', () => {
  it('name all that is wrong at once', () => {
    const outside = udpStream({ ipv4: { dst: literal(0x08080808n) } })
    const found = compile(
      profile([{ ...outside, frame: fixed(45) }, stream({ layers: [layer('udp'), layer('apr')] })]),
    )
    expect(found.plan).toBeUndefined()
    expect(found.diagnostics).toMatchObject([
      { code: 'runt-frame', severity: 'warning' },
      { code: 'target-not-allowed', path: ['streams', 0, 'layers', 1, 'ipv4', 'dst'] },
      {
        code: 'frame-too-short',
        path: ['streams', 0, 'frame'],
        hint: 'the shortest frame for these layers is 64B',
      },
      { code: 'layer-order' },
      { code: 'unknown-layer' },
    ])
    expect(found.diagnostics[2]!.message).toBe(
      'a frame of 45 bytes is too short: ethernet 14 + ipv4 20 + udp 8 + FCS 4 = 46 bytes',
    )
  })

  it.each([
    ['8.8.8.8', ['8.8.8.0/24'], true],
    ['8.8.8.8', ['8.8.8.8'], true],
    ['8.8.8.8', ['8.8.4.0/24'], false],
  ])('lets %s pass with safety.allow %j: %s', (_, allow, passes) => {
    const target = udpStream({ ipv4: { dst: literal(0x08080808n) } })
    const { plan } = compile(profile([target], { safety: { allow, interfaces: [], lab: false } }))
    expect(plan !== undefined).toBe(passes)
  })

  it('refuse a range that leaves the benchmark network', () => {
    const dst: ValueSpec = { kind: 'random', low: 0xc612_0000n, high: 0xc614_0000n, every: 1n }
    expect(compile(profile([udpStream({ ipv4: { dst } })])).diagnostics).toMatchObject([
      { code: 'target-not-allowed', hint: expect.stringContaining('198.18.0.0-198.20.0.0') },
    ])
  })

  it('refuse what a loader would have refused, without throwing', () => {
    const bad = (src: ValueSpec) => codes(profile([udpStream({ udp: { src } })]))
    expect(bad(literal(65536n))).toEqual(['out-of-range'])
    expect(bad({ kind: 'list', values: [], every: 1n })).toEqual(['bad-value'])
    expect(bad({ kind: 'random', low: 2n, high: 1n, every: 1n })).toEqual(['reversed-range'])
    expect(bad({ kind: 'inc', low: 1n, high: 2n, step: 0n, every: 0n })).toEqual([
      'out-of-range',
      'out-of-range',
    ])
    expect(codes(profile([stream({ layers: [] })]))).toEqual(['no-layers'])
    expect(codes(profile([stream({ frame: { kind: 'imix', sizes: [] } })]))).toEqual(['bad-weights'])
    expect(codes(profile([stream({ layers: [layer('payload'), ...udpLayers] })]))).toContain('layer-order')
  })
})
