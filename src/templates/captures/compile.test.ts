import { describe, expect, it } from 'vitest'
import { loadProfile } from '../../profile/load.js'
import { wrongChecksums } from '../checksums.testing.js'
import { type Compiled, compile } from '../compile.js'
import { dissect } from '../dissect.js'
import { builtCore, renderNative } from '../native.testing.js'
import { pcapFile } from '../pcap.js'
import type { Plan } from '../plan.js'
import { renderPacket } from '../render.testing.js'
import { schedule } from '../schedule.js'
import { Blocks, classicFile, fileOf } from './files.testing.js'
import { layoutOf } from './layout.js'

const head = 'version: 1\nname: t\nseed: 7\nports: {a: loop:x}\nstreams:\n'

/** Frames that a profile sends, for captures: one stream of each kind, `count` packets of each. */
function framesOf(layers: readonly string[], count = 3, frame = '128B'): Uint8Array[] {
  const stack = (text: string) =>
    ['ethernet', ...text.split(/, (?=\w+(?:$|,|: \{))(?![^{[]*[}\]])/)]
      .map(layer => `{${layer.includes(':') ? layer : `${layer}: {}`}}`)
      .join(', ')
  const streams = layers.map(
    (one, i) => `  - {name: s${i}, frame: ${frame}, signature: false, layers: [${stack(one)}]}\n`,
  )
  const { profile, diagnostics } = loadProfile(head + streams.join(''), { file: 't' })
  expect(diagnostics).toEqual([])
  const { plan, diagnostics: found } = compile(profile!)
  expect(found.filter(({ severity }) => severity === 'error')).toEqual([])
  const packets = Array.from({ length: count }, (_, i) => i)
  return packets.flatMap(i => layers.map((_, id) => renderPacket(plan!, id, BigInt(i))))
}

const gapNs = 1500n
const captureOf = (frames: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat([...pcapFile(frames.map((bytes, i) => ({ timeNs: BigInt(i * i) * gapNs, bytes })))]),
  )

function compiled(keys: string, capture: Uint8Array, top = ''): Compiled {
  const text = `${head}  - {name: r, pcap: a.pcap${keys && `, ${keys}`}}\n${top}`
  const { profile, diagnostics, locate } = loadProfile(text, { file: 't' })
  expect(diagnostics).toEqual([])
  const result = compile(profile!, () => fileOf(capture))
  return { ...result, diagnostics: result.diagnostics.map(one => ({ ...one, ...locate(one.path) })) }
}

function planOf(keys: string, capture: Uint8Array): Plan {
  const { plan, diagnostics } = compiled(keys, capture)
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return plan!
}

interface Sent {
  bytes: Uint8Array
  timeNs: number
}

/** In the order and at the times of a preview. */
function sent({ streams, ...plan }: Plan, most: number): Sent[] {
  const found: Sent[] = []
  for (const { stream, index, timeNs } of schedule(streams, 0n)) {
    if (found.length === most) break
    found.push({ timeNs, bytes: renderPacket({ ...plan, streams }, stream.id, index) })
  }
  return found
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const ip = 'ipv4: {id: {inc: any}}'
const mixed = framesOf([
  `${ip}, udp`,
  `${ip}, tcp: {seq: {random: any}}`,
  'ipv6, udp',
  'vlan: {id: 7}, ipv4, icmp',
  'arp',
  `${ip}, udp, vxlan, ethernet, ipv4, tcp`,
  'ipv4, sctp, sctp_data',
])

const wrongIn = (frame: Uint8Array): string[] => {
  const { layers } = layoutOf(frame, [])
  const known = dissect(frame).layers.filter(({ offset }) => layers.some(layer => layer.offset === offset))
  return wrongChecksums(
    known,
    frame.subarray(0, layers[0] ? Math.max(...layers.slice(1).map(({ end }) => end)) : 0),
  )
}

describe('a capture that is sent as it is', () => {
  it('is the same, packet for packet and gap for gap, however often', () => {
    const plan = planOf('timing: original, loops: 3', captureOf(mixed))
    expect(plan.streams).toHaveLength(1)
    const [{ templates, fields, sequence }] = plan.streams as [Plan['streams'][number]]
    expect(fields).toEqual([])
    // Packets that are equal are one template.
    expect(templates).toHaveLength(new Set(mixed.map(hex)).size)
    expect(sequence).toHaveLength(mixed.length)
    const all = sent(plan, 1000)
    expect(all.map(({ bytes }) => hex(bytes))).toEqual([...mixed, ...mixed, ...mixed].map(hex))
    const last = Number(gapNs) * (mixed.length - 1) ** 2
    const cycle = last + Math.round(last / (mixed.length - 1))
    const due = mixed.map((_, i) => Number(gapNs) * i * i)
    const times = [0, 1, 2].flatMap(loop => due.map(at => loop * cycle + at))
    expect(all.map(({ timeNs }) => timeNs)).toEqual(times)
  })

  it('goes faster, and at a rate of its own', () => {
    const fast = sent(planOf('timing: {speed: 2}, loops: 1', captureOf(mixed)), 99).map(
      ({ timeNs }) => timeNs,
    )
    expect(fast).toEqual(mixed.map((_, i) => (Number(gapNs) * i * i) / 2))
    const paced = sent(planOf('rate: 1Mpps, count: 50', captureOf(mixed)), 99)
    expect(paced.map(({ timeNs }) => timeNs)).toEqual(Array.from({ length: 50 }, (_, i) => i * 1000))
    expect(hex(paced[49]!.bytes)).toBe(hex(mixed[49 % mixed.length]!))
  })

  it('sends what is asked for, once and in order', () => {
    const plan = planOf('only: [5-7, 1, 6], timing: original, loops: 1', captureOf(mixed))
    const all = sent(plan, 99)
    expect(all.map(({ bytes }) => hex(bytes))).toEqual([1, 5, 6, 7].map(i => hex(mixed[i]!)))
    expect(all.map(({ timeNs }) => timeNs)).toEqual([1, 25, 36, 49].map(i => (i - 1) * Number(gapNs)))
  })

  it('needs nothing behind the last packet that is wanted', () => {
    const capture = captureOf(mixed)
    expect(sent(planOf('only: 0-1, loops: 1', capture.subarray(0, 500)), 9)).toHaveLength(2)
  })

  it('has the mean of its gaps for a rate', () => {
    const [{ rate, trace, count }] = planOf('timing: original, loops: 2', captureOf(mixed)).streams as [
      Plan['streams'][number],
    ]
    expect(count).toBe(2 * mixed.length)
    expect(rate).toEqual({
      kind: 'pps',
      pps: Number(((mixed.length / trace!.cycleNs) * 1e9).toPrecision(6)),
    })
  })

  it('pads short frames, takes the FCS away, and puts raw IP on Ethernet', () => {
    const b = new Blocks()
    const packet = mixed[0]!.subarray(14)
    const file = fileOf(
      b.section(),
      b.interface({ link: 101 }),
      b.interface({}, b.option(13, Uint8Array.of(32))),
      b.packet({ time: 0n, bytes: packet }),
      b.packet({ time: 0n, bytes: mixed[4]!.subarray(0, 42) }, 1),
      b.packet({ time: 0n, bytes: new Uint8Array([...mixed[2]!, 1, 2, 3, 4]) }, 1),
    ).bytes
    const all = sent(planOf('loops: 1', file), 9).map(({ bytes }) => hex(bytes))
    expect(all[0]).toBe(`0200000000020200000000010800${hex(packet)}`)
    expect(all[1]).toBe(hex(mixed[4]!.subarray(0, 38)).padEnd(120, '0'))
    expect(all[2]).toBe(hex(mixed[2]!))
  })

  it.each([113, 276])('takes the header of Linux cooked captures off (%s)', link => {
    const header = new Uint8Array(link === 113 ? 16 : 20)
    header.set([8, 0], link === 113 ? 14 : 0)
    const bytes = new Uint8Array([...header, ...mixed[0]!.subarray(14)])
    const [only] = sent(planOf('loops: 1', classicFile([{ time: 0n, bytes }], { link })), 9)
    expect(hex(only!.bytes)).toBe(`0200000000020200000000010800${hex(mixed[0]!.subarray(14))}`)
  })
})

describe('fields that are set', () => {
  const values = (frames: readonly Uint8Array[], name: string) =>
    frames.map(frame => {
      const [layer, key] = name.split('.')
      return dissect(frame)
        .layers.find(one => one.name === layer)
        ?.fields.find(one => one.key === key)?.value
    })

  it('hold what they are to hold, and all checksums are right', () => {
    const rewritten = planOf(
      'set: {ipv4.src: {random: 198.18.0.0/16}, ipv4.dst: 198.19.7.7, udp.dst: {inc: 1000-2000}, tcp.ack: 5, ipv6.hop_limit: 3}',
      captureOf(mixed),
    )
    const all = sent(rewritten, 10 * mixed.length).map(({ bytes }) => bytes)
    for (const frame of all) expect(wrongIn(frame)).toEqual([])
    const before = Array.from({ length: 10 }, () => mixed).flat()
    const isThere = (name: string) => values(before, name).map(value => value !== undefined)
    for (const [i, there] of isThere('ipv4.dst').entries())
      expect(values([all[i]!], 'ipv4.dst')[0]).toBe(there ? 0xc6130707n : undefined)
    // Draws go by the packet's place in the stream as a whole.
    const ports = values(all, 'udp.dst').map(
      (value, i) => value === undefined || value === 1000n + BigInt(i % 1001),
    )
    expect(ports.every(Boolean)).toBe(true)
    expect(new Set(values(all, 'ipv4.src')).size).toBeGreaterThan(40)
    expect(values(all, 'tcp.ack').filter(value => value !== undefined && value !== 5n)).toEqual([])
    const arp = mixed.findIndex(frame => frame[12] === 8 && frame[13] === 6)
    expect(hex(all[arp]!)).toBe(hex(mixed[arp]!))
    // What is not set has not changed.
    expect(values(all, 'ipv4.id')).toEqual(values(before, 'ipv4.id'))
  })

  it('that never vary cost nothing: one stream of finished packets', () => {
    const plan = planOf('set: {ipv4.dst: 198.19.7.7, udp.dst: 53}, loops: 1', captureOf(mixed))
    expect(plan.streams).toHaveLength(1)
    expect(plan.streams[0]!.templates.flatMap(({ checksums }) => checksums)).toEqual([])
    for (const { bytes } of sent(plan, 99)) expect(wrongIn(bytes)).toEqual([])
  })

  it('of the second header of a kind, and of options', () => {
    const frames = framesOf(['ipv4, udp, vxlan, ethernet, ipv4, tcp: {options: [{mss: 1460}]}'])
    const plan = planOf(
      'set: {ipv4.2.src: 198.18.9.9, tcp.options.mss.value: {inc: 500-999}}, loops: 1',
      captureOf(frames),
    )
    for (const [i, { bytes }] of sent(plan, 99).entries()) {
      const fields = layoutOf(bytes, []).layers.flatMap(layer => layer.fields)
      const value = (name: string) => fields.find(field => field.name === name)?.spec
      expect(value('ipv4.2.src')).toEqual({ kind: 'literal', value: 0xc6120909n })
      expect(value('ipv4.src')).toEqual({ kind: 'literal', value: 0xc6120102n })
      expect(value('tcp.options.mss.value')).toEqual({ kind: 'literal', value: 500n + BigInt(i) })
      expect(wrongIn(bytes)).toEqual([])
    }
  })

  it('by variables and by other fields', () => {
    const text = `${head}  - {name: r, pcap: a, loops: 1, vars: {flow: {inc: {range: 7-99}}}, set: {udp.src: =flow + 10, udp.dst: =src}}\n`
    const { profile, diagnostics } = loadProfile(text, { file: 't' })
    expect(diagnostics).toEqual([])
    const plan = compile(profile!, () => fileOf(captureOf(framesOf(['ipv4, udp'])))).plan!
    const frames = sent(plan, 99).map(({ bytes }) => bytes)
    expect(values(frames, 'udp.src')).toEqual([17n, 18n, 19n])
    expect(values(frames, 'udp.dst')).toEqual([17n, 18n, 19n])
    // What a packet held is its own.
    const ids = framesOf(['ipv4: {id: {inc: 7-99}}, udp'])
    const copied = sent(
      planOf('loops: 1, set: {udp.src: =ipv4.id, ipv4.ttl: {inc: 1-9}}', captureOf(ids)),
      99,
    )
    expect(
      values(
        copied.map(({ bytes }) => bytes),
        'udp.src',
      ),
    ).toEqual([7n, 8n, 9n])
  })

  it('in parts, each with a value of its own', () => {
    const keys = 'loops: 1, set: {ipv4.dst: {bits: [{16: 0xc613}, {16: {inc: 1-99}}]}}'
    const frames = sent(planOf(keys, captureOf(framesOf(['ipv4, udp']))), 9).map(({ bytes }) => bytes)
    expect(values(frames, 'ipv4.dst')).toEqual([1n, 2n, 3n].map(host => 0xc6130000n + host))
    for (const frame of frames) expect(wrongIn(frame)).toEqual([])
  })

  describe('and checksums', () => {
    const [good] = framesOf(['ipv4, udp'], 1) as [Uint8Array]
    const changed = (at: number, ...bytes: number[]) => {
      const copy = good.slice()
      copy.set(bytes, at)
      return copy
    }
    const [wrongUdp, noUdp] = [changed(40, 0x12, 0x34), changed(40, 0, 0)]
    const capture = captureOf([good, wrongUdp, noUdp])
    const judged = (keys: string) =>
      sent(planOf(`${keys}, loops: 1`, capture), 9).map(({ bytes }) => wrongIn(bytes))
    const none = (frame: Uint8Array) => frame[40] === 0 && frame[41] === 0

    it('are computed anew in what is set', () => {
      expect(judged('set: {ipv4.ttl: {inc: 1-9}}')).toEqual([[], [], ['udp']])
      expect(judged('set: {ipv4.ttl: 9}')).toEqual([[], [], ['udp']])
    })
    it('stay right or wrong where they are kept', () => {
      for (const keys of [
        'set: {ipv4.src: {random: 198.18.0.0/16}}, checksums: keep',
        'set: {udp.dst: 7}, checksums: keep',
      ])
        expect(judged(keys)).toEqual([[], ['udp'], ['udp']])
      expect(judged('checksums: keep')).toEqual([[], ['udp'], ['udp']])
    })
    it('are left alone where nothing is set, or all of them are fixed', () => {
      expect(judged('rate: line')).toEqual([[], ['udp'], ['udp']])
      expect(judged('checksums: fix')).toEqual([[], [], ['udp']])
    })
    it('of UDP that is not there stay away', () => {
      const all = sent(planOf('set: {ipv4.src: {random: 198.18.0.0/16}}, loops: 2', capture), 9)
      expect(all.map(({ bytes }) => none(bytes))).toEqual([false, false, true, false, false, true])
    })
    it('can be made wrong, or given', () => {
      expect(judged('set: {udp.checksum: bad}')).toEqual([['udp'], ['udp'], ['udp']])
      expect(judged('set: {udp.checksum: valid, udp.dst: {inc: 5-9}}')).toEqual([[], [], []])
    })
  })

  it('in a fragment keep the checksum of the whole as right as it was', () => {
    // A datagram of 216 bytes: its checksum covers more than its first fragment.
    const [whole] = framesOf(['ipv4, udp'], 1, '254B') as [Uint8Array]
    const first = whole.slice(0, 14 + 20 + 112)
    const second = new Uint8Array([...whole.subarray(0, 34), ...whole.subarray(14 + 20 + 112)])
    const fragment = (frame: Uint8Array, word: number) => {
      const view = new DataView(frame.buffer)
      view.setUint16(16, frame.length - 14)
      view.setUint16(20, word)
      return frame
    }
    const capture = captureOf([fragment(first, 0x2000), fragment(second, 14)])
    const keys =
      'set: {ipv4.src: {list: [198.18.3.4]}, udp.dst: {inc: {range: 53-99, every: 2}}}, checksums: fix, loops: 3'
    const all = sent(planOf(keys, capture), 9).map(({ bytes }) => bytes)
    for (let i = 0; i < all.length; i += 2) {
      const joined = new Uint8Array([...all[i]!, ...all[i + 1]!.subarray(34)])
      const view = new DataView(joined.buffer)
      view.setUint16(16, joined.length - 14)
      view.setUint16(20, 0)
      view.setUint16(24, new DataView(whole.buffer).getUint16(24))
      expect(values([joined], 'udp.dst')).toEqual([53n + BigInt(i / 2)])
      expect(wrongIn(joined).filter(name => name !== 'ipv4')).toEqual([])
      // Of the fragments themselves, the sum of the header is right.
      for (const frame of [all[i]!, all[i + 1]!]) expect(wrongIn(frame).includes('ipv4')).toBe(false)
    }
  })

  it('leave room for a signature where one is asked for', () => {
    const plan = planOf('signature: true, rx: a', captureOf(mixed))
    const signed = plan.streams.filter(({ signature }) => signature !== null)
    expect(signed.length).toBeGreaterThan(1)
    for (const { bytes } of sent(plan, 3 * mixed.length)) expect(wrongIn(bytes)).toEqual([])
    for (const { id, templates, signature } of signed)
      for (const { bytes } of templates)
        expect([...bytes.subarray(signature!, signature! + 4)]).toEqual([0x4e, 0x4d, 0, id])
  })
})

describe('what is wrong with a capture', () => {
  const capture = captureOf(mixed)
  const found = (keys: string, bytes: Uint8Array) =>
    compiled(keys, bytes).diagnostics.map(one => ({
      ...one,
      at: `${(one as { line?: number }).line}:${(one as { column?: number }).column}`,
    }))
  const abroad = framesOf(['ipv4: {dst: 198.19.1.2}, udp'], 1).flatMap(frame =>
    [8, 9].map(last => {
      const copy = frame.slice()
      copy.set([8, 8, 8, last], 30)
      return copy
    }),
  )
  const same = classicFile(mixed.map(bytes => ({ time: 5n, bytes })))
  const cutOff = classicFile([
    { time: 1n, bytes: mixed[0]!, wireBytes: 999 },
    { time: 2n, bytes: mixed[1]! },
  ])
  const b = new Blocks()
  const timeless = fileOf(b.section(), b.interface(), b.simplePacket(mixed[0]!)).bytes

  it.each<[string, string, Uint8Array, string, string, string]>([
    [
      'a damaged file',
      '',
      capture.subarray(0, 400),
      'bad-capture',
      '6:21',
      'a.pcap, byte 304: the file ends',
    ],
    [
      'no capture',
      '',
      new Uint8Array(9),
      'bad-capture',
      '6:21',
      'a.pcap, byte 0: the file begins with 00000000',
    ],
    [
      'Wi-Fi',
      '',
      classicFile([{ time: 0n, bytes: mixed[0]! }], { link: 105 }),
      'bad-capture',
      '6:21',
      '105 (IEEE 802.11)',
    ],
    ['nothing in it', '', classicFile([]), 'empty-capture', '6:21', 'a.pcap holds no packet'],
    ['packets cut off', '', cutOff, 'packets-left-out', '6:21', 'packet 0 is left out'],
    [
      'no such packet',
      'only: 3-30',
      capture,
      'no-such-packet',
      '6:35',
      'has 21 packets: there is no packet 30',
    ],
    ['one time for all', 'timing: original', same, 'no-gaps', '6:37', 'at the same time'],
    ['no times', 'timing: original', timeless, 'no-times', '6:37', 'does not say when'],
    [
      'a field that no packet has',
      'set: {igmp.type: 1}',
      capture,
      'unused-set',
      '6:46',
      'no packet of a.pcap has igmp.type',
    ],
    [
      'a target abroad',
      '',
      captureOf(abroad),
      'target-not-allowed',
      '6:21',
      '8.8.8.8 (packet 0), 8.8.8.9 (packet 1)',
    ],
    [
      'a target that is set',
      'set: {ipv4.dst: 8.8.4.4}',
      capture,
      'target-not-allowed',
      '6:45',
      '8.8.4.4 is not in the benchmark',
    ],
    ['a name that is not there', 'set: {udp.dst: =flwo}', capture, 'unknown-name', '6:44', 'flwo'],
  ])('%s', (_, keys, bytes, code, at, message) => {
    expect(found(keys, bytes)).toContainEqual(
      expect.objectContaining({ code, at, message: expect.stringContaining(message) }),
    )
  })

  it('is not where `set` or `safety.allow` has answered', () => {
    expect(compiled('set: {ipv4.dst: 198.19.1.2}', captureOf(abroad)).plan).toBeDefined()
    const { plan } = compiled('', captureOf(abroad), 'safety: {allow: [8.8.8.0/24]}\n')
    expect(plan).toBeDefined()
  })

  it('lies in as many packets as a stream may have', () => {
    const many = classicFile(Array.from({ length: 65_537 }, () => ({ time: 0n, bytes: mixed[4]! })))
    expect(found('', many)).toMatchObject([
      { code: 'bad-capture', message: expect.stringContaining('at most 65536') },
    ])
    expect(compiled('only: 0-65535', many).plan!.streams[0]!.templates).toHaveLength(1)
  })

  it('sends what is older than the packet before it right behind it', () => {
    const file = classicFile([5n, 9n, 7n, 20n].map(time => ({ time, bytes: mixed[0]! })))
    const { plan, diagnostics } = compiled('timing: original, loops: 1', file)
    expect(diagnostics).toMatchObject([{ code: 'times-run-backwards' }])
    expect(sent(plan!, 9).map(({ timeNs }) => timeNs)).toEqual([0, 4000, 4000, 15_000])
  })
})

describe('the native core', () => {
  const core = builtCore()
  it.for([
    'rate: line',
    'set: {ipv4.src: {random: 198.18.0.0/16}, udp.dst: {inc: any}, ipv6.src: {random: "2001:2::/48"}}',
    'set: {ipv4.id: {zipf: 0-999}, tcp.checksum: bad}, checksums: keep',
    'set: {sctp.src: {random: any}, ipv4.ttl: 5}, signature: true',
  ])('sends what the plan says: %s', (keys, context) => {
    if (!core) return context.skip('the native core is not built')
    const plan = planOf(keys, captureOf(mixed))
    for (const { id } of plan.streams) {
      const here = Array.from({ length: 50 }, (_, i) => hex(renderPacket(plan, id, 40n + BigInt(i))))
      expect(renderNative(core, plan, id, { first: 40n, count: 50 }).map(hex)).toEqual(here)
    }
  })
})
