import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadProfile } from '../profile/load.js'
import { wrongChecksums } from './checksums.testing.js'
import { compile } from './compile.js'
import { dissect } from './dissect.js'
import { frameNumber } from './group.js'
import { builtCore, renderNative } from './native.testing.js'
import type { Plan } from './plan.js'
import { renderPacket } from './render.testing.js'

const load = (layers: string, frame: string) =>
  loadProfile(
    `version: 1\nname: t\nstreams:\n  - name: s\n    frame: ${frame}\n    signature: false\n    layers: [ethernet: {}, ipv4: {}, ${layers}]\n`,
    { file: 't' },
  )

function planOf(layers: string, frame = '{size: 0B, of: payload}'): Plan {
  const { profile, diagnostics } = load(layers, frame)
  expect(diagnostics).toEqual([])
  const compiled = compile(profile!)
  expect(compiled.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return compiled.plan!
}

/** The stream's first packets, in its order. */
function packets(plan: Plan, count: number): Buffer[] {
  const frames: Buffer[] = []
  for (const [id, { member }] of plan.streams.entries())
    for (let i = 0n; frameNumber(member, i) < count; i++)
      frames[Number(frameNumber(member, i))] = Buffer.from(renderPacket(plan, id, i))
  return frames
}

const values = (frame: Buffer, layer: string): Record<string, bigint> =>
  Object.fromEntries(
    dissect(frame)
      .layers.find(({ name }) => name === layer)!
      .fields.map(({ key, value }) => [key, value]),
  )

const counted = <T>(all: readonly T[]): Map<T, number> =>
  all.reduce((counts, one) => counts.set(one, (counts.get(one) ?? 0) + 1), new Map<T, number>())

const question = (length: string) =>
  `udp: {dst: 53}, dns: {id: {inc: any}, questions: [{name: {text: "{x}.bench.test", x: {random: letters, length: ${length}}}}]}`

describe('a text of several lengths', () => {
  const frames = packets(planOf(question('8-24')), 17 * 40)
  const labels = frames.map(frame => frame[54]!)

  it('has each of them exactly as often, in every run of packets as long as there are lengths', () => {
    for (let i = 0; i < labels.length; i += 17)
      expect([...labels.slice(i, i + 17)].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 17 }, (_, k) => 8 + k),
      )
  })

  it('has every length and checksum around it right', () => {
    for (const [i, frame] of frames.entries()) {
      const packet = frame.subarray(0, 14 + Number(values(frame, 'ipv4').length))
      // Three headers and DNS's own, the label behind its length, `bench.test`, the root, type and class.
      expect(packet.length).toBe(14 + 20 + 8 + 12 + 1 + labels[i]! + 11 + 1 + 4)
      expect(values(frame, 'udp').length).toBe(BigInt(packet.length - 34))
      expect(wrongChecksums(dissect(frame).layers, packet)).toEqual([])
    }
  })

  it('leaves what stands beside it to run through the whole stream', () => {
    expect(frames.map(frame => Number(values(frame, 'dns').id))).toEqual(frames.map((_, i) => i))
  })

  it('has them by weight, and every combination of several', () => {
    const quic = `udp: {dst: 443}, quic: {dcid: {random: bytes, length: {list: [8, 20]}}, scid: {random: bytes, length: 0-2}, token: {random: bytes, length: {weighted: {0: 3, 70: 1}}}}`
    const seen = packets(planOf(quic), 24 * 10).map(frame => {
      const { dcid_length, scid_length, token_length } = values(frame, 'quic')
      return [dcid_length, scid_length, token_length].join()
    })
    const wanted = [8, 20].flatMap(dcid =>
      [0, 1, 2].flatMap(scid => [
        [`${dcid},${scid},0`, 30],
        [`${dcid},${scid},70`, 10],
      ]),
    )
    expect([...counted(seen)].sort()).toEqual(wanted.sort())
  })

  it('says which lengths multiply where they are too many', () => {
    const bytes = (length: string) => `{random: bytes, length: ${length}}`
    const { profile } = load(
      `udp: {dst: 443}, quic: {dcid: ${bytes('8-20')}, scid: ${bytes('0-20')}, token: ${bytes('0-64')}}`,
      '1500B',
    )
    expect(compile(profile!).diagnostics).toMatchObject([
      {
        code: 'too-many-lengths',
        message: expect.stringContaining('quic.dcid (13), quic.scid (21), quic.token (65) multiply to 17745'),
        hint: expect.stringContaining('length: {list:'),
        path: ['streams', 0, 'layers', 3, 'quic', 'token', 'length'],
      },
    ])
  })

  it('says once that a frame is too short', () => {
    const { profile } = load(question('8-24'), '80B')
    const { diagnostics } = compile(profile!)
    expect(diagnostics.filter(({ code }) => code === 'frame-too-short')).toHaveLength(1)
  })

  it('is in the native core as it is here, on any number of shards', context => {
    const core = builtCore()
    if (!core) return context.skip('the native core is not built')
    const plan = planOf(question('{weighted: {5: 2, 9: 3}}'))
    for (const id of [0, 1]) {
      const whole = renderNative(core, plan, id, { count: 120 }).map(frame => frame.toString('hex'))
      const here = whole.map((_, i) => Buffer.from(renderPacket(plan, id, BigInt(i))).toString('hex'))
      expect(whole).toEqual(here)
      for (const stride of [2, 4]) {
        const shards = Array.from({ length: stride }, (_, index) =>
          renderNative(core, plan, id, { count: 120 / stride, shard: { index, stride } }),
        )
        expect(
          shards
            .flat()
            .map(frame => frame.toString('hex'))
            .sort(),
        ).toEqual([...whole].sort())
      }
    }
  })
})

describe('a payload that fills frames of several sizes', () => {
  it('has each size by its weight, all of it random, and its checksum right', () => {
    const plan = planOf('udp: {}, payload: {random: bytes}', '{imix: {64B: 3, 200B: 1}}')
    const frames = packets(plan, 4000)
    expect([...counted(frames.map(({ length }) => length))].sort()).toEqual([
      [196, 1000],
      [60, 3000],
    ])
    for (const frame of frames.slice(0, 100)) expect(wrongChecksums(dissect(frame).layers, frame)).toEqual([])
    const large = frames.filter(({ length }) => length === 196)
    const seen = Array.from({ length: 154 }, (_, at) => new Set(large.map(frame => frame[42 + at])).size)
    expect(Math.min(...seen)).toBeGreaterThan(220)
  })

  it('cannot be where sizes are drawn', () => {
    const { profile } = load('udp: {}, payload: {random: bytes}', '{random: 64B-128B}')
    expect(compile(profile!).diagnostics).toMatchObject([{ code: 'payload-varies' }])
  })
})

describe('a text in an alternative', () => {
  const weight = fc.integer({ min: 1, max: 5 })
  const lengths = fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 })

  it('has its lengths as often as its alternative allows, which counts its packets through all of them', () => {
    fc.assert(
      fc.property(fc.tuple(weight, lengths), fc.tuple(weight, lengths), (dns, quic) => {
        const name = `{text: "{x}.t", x: {random: letters, length: {list: [${dns[1]}]}}}`
        const plan = planOf(
          `udp: {src: {inc: any}}, choice: [{weight: ${dns[0]}, layers: [dns: {id: {inc: any}, questions: [{name: ${name}}]}]}, {weight: ${quic[0]}, layers: [quic: {packet_number: {inc: any}, token: {random: bytes, length: {list: [${quic[1]}]}}}]}]`,
        )
        const period = (dns[0] + quic[0]) * dns[1].length * quic[1].length
        const own = { dns: 0, quic: 0 }
        const found = packets(plan, period).map((frame, i) => {
          expect(values(frame, 'udp').src).toBe(BigInt(i))
          const layer = Number(values(frame, 'udp').dst) === 53 ? 'dns' : 'quic'
          const { id, packet_number, token_length } = values(frame, layer)
          expect(Number(id ?? packet_number)).toBe(own[layer]++)
          return `${layer} ${token_length ?? frame[54]}`
        })
        const expected = [...wanted('dns', dns, period / (dns[0] + quic[0]))]
        expected.push(...wanted('quic', quic, period / (dns[0] + quic[0])))
        expect([...counted(found)].sort()).toEqual(expected.sort())
      }),
      { numRuns: 25 },
    )
  })

  /** A part of the period, shared equally by the lengths. */
  const wanted = (layer: string, [weight, lengths]: [number, number[]], times: number): [string, number][] =>
    lengths.map(length => [`${layer} ${length}`, (weight * times) / lengths.length])

  it('may stand in the alternatives of a list, and reports under their names', () => {
    const plan = planOf(
      'udp: {}, dns: {questions: {choice: [{name: long, weight: 2, use: [{name: {text: "{x}.t", x: {random: hex, length: 30-32}}}]}, {name: none, use: []}]}}',
    )
    const labels = plan.streams.flatMap(({ member }) => member!.at.map(() => member!.labels.join()))
    expect([...counted(labels)]).toEqual([
      ['long', 6],
      ['none', 3],
    ])
    // A label behind its length, where there is a question.
    const sizes = packets(plan, 90).map(frame => (frame[47] === 1 ? frame[54] : 0))
    expect([...counted(sizes)].sort()).toEqual([
      [0, 30],
      [30, 20],
      [31, 20],
      [32, 20],
    ])
  })

  it('fills the frames of each alternative', () => {
    const plan = planOf(
      'udp: {}, choice: [{weight: 3, frame: {imix: {100B: 2, 200B: 1}}, layers: []}, {layers: [vxlan: {}, ethernet: {}]}], payload: {random: bytes}',
      '150B',
    )
    const frames = packets(plan, 1200)
    expect([...counted(frames.map(({ length }) => length))].sort()).toEqual([
      [146, 300],
      [196, 300],
      [96, 600],
    ])
    for (const length of [96, 146, 196]) {
      const alike = frames.filter(frame => frame.length === length)
      const last = new Set(alike.map(frame => frame[length - 1]))
      expect(last.size).toBeGreaterThan(150)
      for (const frame of alike.slice(0, 20)) expect(wrongChecksums(dissect(frame).layers, frame)).toEqual([])
    }
  })

  it('is named in a mistake without the alternatives around it', () => {
    const text = '{random: bytes, length: 1-100}'
    const { profile } = load(
      `udp: {}, choice: [{layers: []}, {layers: [quic: {token: ${text}, scid: {random: bytes, length: 0-20}, dcid: {random: bytes, length: 0-20}}]}]`,
      '1500B',
    )
    expect(compile(profile!).diagnostics).toMatchObject([
      {
        code: 'too-many-lengths',
        message: expect.stringContaining('of quic.dcid (21), quic.scid (21), quic.token (100)'),
        path: ['streams', 0, 'layers', 3, 'choice', 1, 'layers', 0, 'quic', 'token', 'length'],
      },
    ])
  })
})
