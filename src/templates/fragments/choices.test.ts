import { describe, expect, it } from 'vitest'
import { loadProfile } from '../../profile/load.js'
import { wrongChecksums } from '../checksums.testing.js'
import { compile } from '../compile.js'
import { dissect } from '../dissect.js'
import { frameNumber } from '../group.js'
import type { FieldProgram, Plan, StreamPlan } from '../plan.js'
import { renderPacket } from '../render.testing.js'
import { reassemble } from './reassemble.testing.js'

const options =
  '{choice: [{name: long, weight: 2, use: [{mss: {inc: 500-599}}, nop, nop]}, {name: bare, use: []}]}'
const token = '{random: bytes, length: {list: [700, 1300]}}'
const layers = {
  ipv4: `ipv4: {id: {inc: any}, src: {random: 198.18.0.0/16}}, choice: [{name: quic, weight: 3, layers: [udp: {src: {inc: 1024-9999}}, quic: {token: ${token}}]}, {name: tcp, layers: [tcp: {seq: {inc: any}, options: ${options}}, payload: {random: bytes}]}]`,
  ipv6: `ipv6: {flow_label: {inc: any}}, choice: [{name: routed, layers: [hop_by_hop: {}, routing: {segments: ["2001:2::9"]}]}, {name: plain, weight: 2, layers: []}], udp: {src: {inc: any}}, payload: {text: "{n}{r}", n: {inc: 0-999}, r: {random: letters, length: 1-3}}`,
}

/** The oracle has no permutation, which the identification of IPv6 is. */
const countable = (field: FieldProgram): FieldProgram =>
  field.op === 'permute' ? { ...field, op: 'inc', step: 1n } : field

function planOf(family: keyof typeof layers, more: string): Plan {
  const text = `version: 1\nname: t\nports: {a: 'loop:x'}\nstreams:\n  - {name: s, frame: {imix: {3000B: 2, 1600B: 1}}, ${more}layers: [ethernet: {}, ${layers[family]}]}\n`
  const { profile, diagnostics } = loadProfile(text, { file: 't' })
  expect(diagnostics).toEqual([])
  const { plan, diagnostics: found } = compile(profile!)
  expect(found.filter(({ severity }) => severity === 'error')).toEqual([])
  const streams = plan!.streams.map(stream => ({ ...stream, fields: stream.fields.map(countable) }))
  return { ...plan!, streams }
}

/** The stream's packets that are not cut, in its order. */
function packets(plan: Plan, count: number): Buffer[] {
  const frames: Buffer[] = []
  for (const [id, { member }] of plan.streams.entries())
    for (let i = 0n; frameNumber(member, i) < count; i++)
      frames[Number(frameNumber(member, i))] = Buffer.from(renderPacket(plan, id, i))
  return frames
}

const trainAt = ({ member }: StreamPlan, i: number): number => {
  const { cycle, places } = member!
  return Math.floor(i / places.length) * cycle + places[i % places.length]!
}

/** The fragments of the first trains of a cycle, and the alternatives that each is of. */
function trains(plan: Plan, count: number) {
  const found = Array.from({ length: count }, () => ({
    frames: [] as Uint8Array[],
    labels: new Set<string>(),
  }))
  for (const [id, stream] of plan.streams.entries())
    for (let i = 0; i < stream.member!.places.length; i++) {
      const train = found[trainAt(stream, i)]
      train?.frames.push(renderPacket(plan, id, BigInt(i)))
      for (const label of train ? stream.member!.labels : []) train!.labels.add(label)
    }
  return found
}

describe('a fragmented stream with alternatives and texts of several lengths', () => {
  it.each(['ipv4', 'ipv6'] as const)('carries over %s the datagrams that it would send whole', family => {
    const cut = trains(
      planOf(family, 'signature: false, fragment: {mtu: {weighted: {576: 1, 1400: 2}}}, '),
      36,
    )
    const whole = packets(planOf(family, 'signature: false, '), 36)
    for (const [i, { frames }] of cut.entries()) {
      expect(frames.length).toBeGreaterThan(1)
      expect(Buffer.from(reassemble(frames, 14)!).toString('hex')).toBe(whole[i]!.toString('hex'))
    }
  })

  it.each(['ipv4', 'ipv6'] as const)(
    'has true checksums over %s beside the signatures of its fragments',
    family => {
      const plan = planOf(family, 'rx: a, fragment: {mtu: 576}, ')
      expect(plan.streams.filter(({ signature }) => signature !== null).length).toBeGreaterThan(4)
      for (const { frames } of trains(plan, 24)) {
        const packet = reassemble(frames, 14)!
        expect(wrongChecksums(dissect(packet).layers, packet)).toEqual([])
      }
    },
  )

  it('takes its trains in the exact order of the weights, each under its name', () => {
    const cut = trains(planOf('ipv4', 'signature: false, fragment: {mtu: 576}, '), 24)
    const count = (name: string) => cut.filter(({ labels }) => labels.has(name)).length
    expect(['quic', 'tcp', 'long', 'bare'].map(count)).toEqual([18, 6, 4, 2])
  })
})
