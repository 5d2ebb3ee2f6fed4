import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadProfile } from '../profile/load.js'
import { compile } from './compile.js'
import { headers } from './headers/index.js'
import { pcapFile } from './pcap.js'
import { renderPacket } from './render.testing.js'
import { stacks } from './tshark.testing.js'

/** Every validation that Wireshark leaves off. */
const validation = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap(name => [
  '-o',
  `${name}:TRUE`,
])
const preferences = [...validation, '-o', 'sctp.checksum:CRC 32c', '-o', 'ipv6.defragment:FALSE']

function hasTshark(): boolean {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const folder = mkdtempSync(join(tmpdir(), 'nmgen-tshark-'))
afterAll(() => rmSync(folder, { recursive: true }))

function frameOf(yaml: string, frame: string, index: bigint): Uint8Array {
  const text = `version: 1\nname: t\nports: {a: 'loop:x'}\nstreams:\n  - name: s\n    frame: ${frame}\n    layers: ${yaml}\n`
  const { profile, diagnostics } = loadProfile(text, { file: 't' })
  expect(diagnostics, yaml).toEqual([])
  const { plan, diagnostics: found } = compile(profile!)
  expect(
    found.filter(({ severity }) => severity === 'error'),
    yaml,
  ).toEqual([])
  return renderPacket(plan!, 0, index)
}

interface Judgement {
  protocols: string
  /** Expert information of Wireshark, errors only, and bad checksums. */
  wrong: string
}

/** One line of fields for each packet. */
function judge(frames: readonly Uint8Array[]): Judgement[] {
  const file = join(folder, 'frames.pcap')
  writeFileSync(file, Buffer.concat([...pcapFile(frames.map(bytes => ({ timeNs: 0n, bytes })))]))
  const fields = ['frame.protocols', '_ws.malformed', '_ws.expert.message', ...statuses]
  const out = execFileSync(
    'tshark',
    ['-n', '-r', file, ...preferences, '-T', 'fields', ...fields.flatMap(field => ['-e', field])],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  return out
    .trimEnd()
    .split('\n')
    .map(line => {
      const [protocols = '', malformed = '', expert = '', ...bad] = line.split('\t')
      const sums = bad.flatMap((status, i) => (/(^|,)0/.test(status) ? [`bad ${statuses[i]}`] : []))
      const messages = expert
        .split(',')
        .filter(message => /malformed|bad checksum|length|truncat|unexpected|wrong/i.test(message))
      return { protocols, wrong: [malformed && 'malformed', ...messages, ...sums].filter(Boolean).join('; ') }
    })
}

/** 0 bad, 1 good, 2 not verified (there is none). */
const statuses = ['ip', 'udp', 'tcp', 'icmp', 'icmpv6', 'igmp', 'sctp', 'gre'].map(
  name => `${name}.checksum.status`,
)

describe('Wireshark', () => {
  const cases = stacks.map(stack => ({ ...stack, names: Object.keys(headers) }))

  it('sees every header at least once', () => {
    const used = cases.flatMap(({ layers }) =>
      (parse(layers) as object[]).flatMap(layer => Object.keys(layer)),
    )
    expect(Object.keys(headers).filter(name => !used.includes(name))).toEqual([])
  })

  it('finds every layer, no malformed packet and no bad checksum', context => {
    if (!hasTshark()) return context.skip('tshark is not installed')
    const packets = cases.flatMap(one => [0n, 1n, 12345n].map(index => ({ ...one, index })))
    const found = judge(packets.map(({ layers, frame, index }) => frameOf(layers, frame, index)))
    expect(found).toHaveLength(packets.length)
    const amiss = packets.flatMap(({ layers, protocols }, i) => {
      const seen = found[i]!
      return seen.wrong === '' && protocols.test(seen.protocols) ? [] : [{ layers, ...seen }]
    })
    expect(amiss).toEqual([])
  })

  it('finds every checksum that is wrong on purpose', context => {
    if (!hasTshark()) return context.skip('tshark is not installed')
    const bad = [
      ['ip', '[ethernet: , ipv4: {checksum: bad}, udp: ]'],
      ['udp', '[ethernet: , ipv4: , udp: {checksum: bad}]'],
      ['tcp', '[ethernet: , ipv6: , tcp: {checksum: bad}]'],
      ['icmp', '[ethernet: , ipv4: , icmp: {checksum: bad}]'],
      ['icmpv6', '[ethernet: , ipv6: , icmpv6: {checksum: bad}]'],
      ['igmp', '[ethernet: , ipv4: , igmp: {checksum: bad}]'],
      ['sctp', '[ethernet: , ipv4: , sctp: {checksum: bad}, sctp_data: ]'],
      ['gre', '[ethernet: , ipv4: , gre: {checksum: bad}, ipv4: , udp: ]'],
      ['udp', '[ethernet: , ipv4: , udp: , vxlan: , ethernet: , ipv4: , udp: {checksum: bad}]'],
    ] as const
    const found = judge(
      bad.map(([, layers]) =>
        frameOf(layers.replaceAll(' , ', ' {}, ').replaceAll(': ]', ': {}]'), '130B', 0n),
      ),
    )
    expect(found.map(({ wrong }) => wrong)).toEqual(
      bad.map(([name]) => expect.stringContaining(`bad ${name}.checksum.status`)),
    )
  })
})
