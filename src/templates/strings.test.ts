import { describe, expect, it } from 'vitest'
import { loadProfile } from '../profile/load.js'
import { alphabets } from '../units/alphabets.js'
import { bytesOfValue } from '../units/bytes.js'
import { wrongChecksums } from './checksums.testing.js'
import { compile } from './compile.js'
import { type DissectedField, dissect } from './dissect.js'
import { builtCore, renderNative } from './native.testing.js'
import type { Plan } from './plan.js'
import { renderPacket } from './render.testing.js'

/** Of a stream with these layers behind `ethernet`. */
function planOf(layers: string, more = ''): Plan {
  const text = `version: 1\nname: t\n${more}\nstreams:\n  - name: s\n    frame: 256B\n    signature: false\n    layers: [ethernet: {}, ${layers}]\n`
  const { profile, diagnostics } = loadProfile(text, { file: 't' })
  expect(diagnostics).toEqual([])
  const { plan, diagnostics: found } = compile(profile!)
  expect(found.filter(({ severity }) => severity === 'error')).toEqual([])
  return plan!
}

const core = builtCore()

/** By the native core where there is one. */
const render = (plan: Plan, count: number, sharding = {}): Buffer[] =>
  core
    ? renderNative(core, plan, 0, { count, ...sharding })
    : Array.from({ length: count }, (_, i) => Buffer.from(renderPacket(plan, 0, BigInt(i))))

const fieldOf = (frame: Buffer, layer: string, key: string): DissectedField =>
  dissect(frame)
    .layers.find(({ name }) => name === layer)!
    .fields.find(field => field.key === key)!

const numberOf = (frame: Buffer, layer: string, key: string): bigint => fieldOf(frame, layer, key).value

function textOf(frame: Buffer, layer: string, key: string): string {
  const { value, bits } = fieldOf(frame, layer, key)
  return Buffer.from(bytesOfValue(value, bits)).toString('latin1')
}

describe('a text with places that vary', () => {
  it.each(Object.entries(alphabets))('draws each of %s equally often', (alphabet, ranges) => {
    const plan = planOf(`ipv4: {}, udp: {dst: 443}, quic: {token: {random: ${alphabet}, length: 40}}`)
    const counts = Array<number>(256).fill(0)
    for (const frame of render(plan, 5000)) for (const byte of frame.subarray(58, 98)) counts[byte]!++
    const wanted = ranges.flatMap(({ low, high }) =>
      Array.from({ length: Number(high - low) + 1 }, (_, i) => Number(low) + i),
    )
    expect(counts.flatMap((count, byte) => (count > 0 && !wanted.includes(byte) ? [byte] : []))).toEqual([])
    const expected = (5000 * 40) / wanted.length
    const statistic = wanted.reduce((sum, byte) => sum + (counts[byte]! - expected) ** 2 / expected, 0)
    // Beyond 4.5 standard deviations once in about 300,000 honest generators.
    expect((statistic - wanted.length + 1) / Math.sqrt(2 * (wanted.length - 1))).toBeLessThan(4.5)
  })

  it('has its labels behind their lengths, and its numbers in digits', () => {
    const name =
      '{text: "{a}.h{n}.{u}.bench.test", a: {random: base32, length: 11}, n: {inc: {range: 0-999, step: 7}}, u: {number: =ue, digits: 3, base: hex}}'
    const plan = planOf(
      `ipv4: {}, udp: {src: =ue}, dns: {questions: [{name: ${name}}]}`,
      'vars: {ue: {permute: 0-4095}}',
    )
    for (const [i, frame] of render(plan, 1000).entries()) {
      const number = String((i * 7) % 1000).padStart(3, '0')
      const ue = numberOf(frame, 'udp', 'src').toString(16).padStart(3, '0')
      const pattern = `^\x0b[a-z2-7]{11}\x04h${number}\x03${ue}\x05bench\x04test\0$`
      expect(textOf(frame, 'dns', 'questions.1.name')).toMatch(new RegExp(pattern))
      expect(numberOf(frame, 'ipv4', 'length')).toBe(BigInt(20 + 8 + 12 + 12 + 5 + 4 + 6 + 5 + 1 + 4))
    }
  })

  it('takes listed numbers in turn', () => {
    const plan = planOf('ipv4: {}, udp: {dst: 443}, quic: {token: {text: "v{n}", n: {list: [7, 42]}}}')
    expect(render(plan, 4).map(frame => textOf(frame, 'quic', 'token'))).toEqual(['v07', 'v42', 'v07', 'v42'])
  })

  it('keeps a text for as many packets as it says', () => {
    const plan = planOf('ipv4: {}, udp: {dst: 443}, quic: {token: {random: letters, length: 9, every: 5}}')
    const seen = render(plan, 50).map(frame => textOf(frame, 'quic', 'token'))
    expect(new Set(seen).size).toBe(10)
    expect(seen.every((text, i) => text === seen[i - (i % 5)])).toBe(true)
  })

  it('is the same on any number of shards', context => {
    if (!core) return context.skip('the native core is not built')
    const plan = planOf(
      'ipv4: {}, udp: {dst: 443}, quic: {token: {random: hex, length: 9}}, payload: {random: bytes}',
    )
    const whole = render(plan, 400).map(frame => frame.toString('hex'))
    for (const count of [2, 4]) {
      const parts = Array.from({ length: count }, (_, index) =>
        render(plan, 400 / count, { shard: { index, stride: count } }).map(frame => frame.toString('hex')),
      )
      expect(parts.flat().sort()).toEqual([...whole].sort())
    }
  })
})

describe('a payload that varies', () => {
  it('fills the frame with random bytes', () => {
    const frames = render(planOf('ipv4: {}, udp: {}, payload: {random: bytes}'), 2000)
    const seen = Array.from(
      { length: 252 - 42 },
      (_, at) => new Set(frames.map(frame => frame[42 + at])).size,
    )
    expect(Math.min(...seen)).toBeGreaterThan(250)
    for (const frame of frames.slice(0, 100)) expect(wrongChecksums(dissect(frame).layers, frame)).toEqual([])
  })

  it('stands once, before what fills the rest', () => {
    const plan = planOf('ipv4: {}, udp: {}, payload: {text: "GET /{n} ", n: {inc: 0-99}}')
    expect(render(plan, 2)[1]!.subarray(42, 62).toString('latin1')).toBe('GET /01 gen nmgen nm')
  })
})

describe('a field in parts', () => {
  it('holds each of them, in 128 bits as in 20', () => {
    const parts = '{bits: [{32: 0x20010db8}, {name: net, bits: 32, value: {inc: 1-9}}, {64: =udp.src}]}'
    const plan = planOf(
      `ipv6: {src: ${parts}, flow_label: {bits: [{8: 0x12}, {12: {inc: any}}]}}, udp: {src: {random: any}, dst: =ipv6.src.net}`,
    )
    for (const [i, frame] of render(plan, 100).entries()) {
      const net = BigInt((i % 9) + 1)
      const port = numberOf(frame, 'udp', 'src')
      expect(numberOf(frame, 'ipv6', 'src')).toBe((0x20010db8n << 96n) | (net << 64n) | port)
      expect(numberOf(frame, 'ipv6', 'flow_label')).toBe((0x12n << 12n) | BigInt(i))
      expect(numberOf(frame, 'udp', 'dst')).toBe(net)
    }
  })

  it('sends only where it may', () => {
    const text = (dst: string) =>
      `version: 1\nname: t\nstreams:\n  - {name: s, frame: 64B, layers: [{ethernet: {}}, {ipv4: {dst: ${dst}}}, {udp: {}}]}\n`
    const codes = (dst: string) =>
      compile(loadProfile(text(dst), { file: 't' }).profile!)
        .diagnostics.filter(({ severity }) => severity === 'error')
        .map(({ code }) => code)
    expect(codes('{bits: [{8: {list: [10, 127]}}, {24: {random: any}}]}')).toEqual([])
    expect(codes('{bits: [{16: 0xc613}, {16: {random: any}}]}')).toEqual([])
    expect(codes('{bits: [{8: {list: [10, 11]}}, {24: {random: any}}]}')).toEqual(['target-not-allowed'])
  })
})
