import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadProfile } from '../../profile/load.js'
import { compile } from '../compile.js'
import { builtCore, renderNative } from '../native.testing.js'
import { renderPacket } from '../render.testing.js'
import { classicFile, fileOf } from './files.testing.js'

const runs = Number(process.env.NMGEN_FUZZ_RUNS ?? 300)
const timeout = 20_000 + runs * 20

/** Ethernet, IPv4 or IPv6, and something on it: most bytes mean something, and any of them may be wrong. */
const head = fc.constantFrom(
  '0200000000020200000000010800 4500005c0000400040110000c6120102c6130102 c0000035 00480000',
  '0200000000020200000000010800 4700005c0000200040060000c6120102c6130102 83071404c6120009c6120008 c0000050 0000000100000002 80100000 00000000 020405b4 01010402',
  '020000000002020000000001 86dd 6000000000402b40 20010002000000000000000000000001 20010002000000000000000000000002 2c02040100000000 20010002000000000000000000000003 1100000000000000 c0000035 00280000',
  '020000000002020000000001 8100 0007 0800 4500005c0000000040840000c6120102c6130102 c0000035 00000001 00000000 00030014 00000001 00000000 00000000',
  '0200000000020200000000010800 4500005c0000400040110000c6120102c6130102 c00012b5 00480000 0800000000000100 020000000002020000000001 0800 450000200000000040010000c6120102c6130102 0800',
)
const edit = fc.tuple(fc.nat(120), fc.nat(255))
const frame = fc
  .tuple(head, fc.uint8Array({ maxLength: 60 }), fc.array(edit, { maxLength: 5 }))
  .map(([hex, rest, edits]) => {
    const bytes = Uint8Array.from(Buffer.concat([Buffer.from(hex.replaceAll(' ', ''), 'hex'), rest]))
    for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value
    return bytes
  })

const keys = fc.constantFrom(
  '',
  ', checksums: fix',
  ', checksums: keep, set: {ipv4.src: {random: 198.18.0.0/16}, udp.dst: 9}',
  ', set: {ipv4.src: {inc: 198.18.0.0/16}, ipv6.src: {random: "2001:2::/48"}, tcp.seq: {random: any}, sctp.src: {inc: 1-9}}',
  ', signature: true, set: {ipv4.dst: 198.19.0.1, udp.checksum: bad, tcp.options.mss.value: {inc: 1-9}}',
)

describe('a capture of any frames', () => {
  const core = builtCore()

  it(
    'becomes a plan that the core understands, or a diagnostic',
    context => {
      if (!core) return context.skip('the native core is not built')
      fc.assert(
        fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), keys, (frames, more) => {
          const text = `version: 1\nname: t\nports: {a: loop:x}\nstreams:\n  - {name: r, pcap: a${more}}\nsafety: {allow: [0.0.0.0/0, "::/0"]}\n`
          const { profile } = loadProfile(text, { file: 't' })
          const file = fileOf(classicFile(frames.map((bytes, i) => ({ time: BigInt(i), bytes }))))
          const { plan } = compile(profile!, () => file)
          expect(plan).toBeDefined()
          for (const { id } of plan!.streams) {
            const here = [0, 1, 2].map(i => Buffer.from(renderPacket(plan!, id, BigInt(i))).toString('hex'))
            const there = renderNative(core, plan!, id, { count: 3 }).map(one => one.toString('hex'))
            expect(there).toEqual(here)
          }
        }),
        { numRuns: runs, endOnFailure: true },
      )
    },
    timeout,
  )
})
