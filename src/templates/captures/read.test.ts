import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { pcapFile } from '../pcap.js'
import { Blocks, classicFile, fileOf, readAll } from './files.testing.js'

const bytesOf = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)
const packets = [
  { time: 1_700_000_000_000_001n, bytes: bytesOf(61, 1) },
  { time: 1_700_000_000_000_090n, bytes: bytesOf(0, 2), wireBytes: 77 },
  { time: 1_700_000_001_999_999n, bytes: bytesOf(1514, 3) },
]

describe('classic pcap', () => {
  it.each([
    [true, false],
    [false, false],
    [true, true],
    [false, true],
  ])('little-endian %s, nanoseconds %s', (littleEndian, nanoseconds) => {
    const { records, failure } = readAll(fileOf(classicFile(packets, { littleEndian, nanoseconds })))
    expect(failure).toBeUndefined()
    const tick = nanoseconds ? 1n : 1000n
    expect(records.map(({ timeNs }) => timeNs)).toEqual(packets.map(({ time }) => time * tick))
    expect(records.map(({ bytes }) => Buffer.from(bytes))).toEqual(
      packets.map(({ bytes }) => Buffer.from(bytes)),
    )
    expect(records.map(one => [one.offset, one.wireBytes, one.linkType, one.fcsBytes])).toEqual([
      [24, 61, 1, 0],
      [101, 77, 1, 0],
      [117, 1514, 1, 0],
    ])
  })

  it('knows the length of a frame check sequence', () => {
    const { records } = readAll(fileOf(classicFile(packets, { link: 0x2400_0001 })))
    expect(records[0]).toMatchObject({ linkType: 1, fcsBytes: 4 })
  })
})

describe('pcapng', () => {
  it.each([true, false])('every kind of packet, little-endian %s', littleEndian => {
    const b = new Blocks(littleEndian)
    const { records, failure } = readAll(
      fileOf(
        b.section(b.option(4, Buffer.from('somebody'))),
        b.block(0x0bad, bytesOf(9, 0xff)),
        b.interface({ snapLength: 20 }, b.option(2, Buffer.from('eth0')), b.option(0, bytesOf(0, 0))),
        b.interface({ link: 101 }, b.resolution(9), b.timeOffset(-5n)),
        b.interface({}, b.resolution(0x81), b.option(13, Uint8Array.of(32))),
        b.packet({ time: 5n, bytes: bytesOf(5, 1) }),
        b.packet({ time: 7_000_000_001n, bytes: bytesOf(6, 2), wireBytes: 60 }, 1),
        b.obsoletePacket({ time: 3n, bytes: bytesOf(7, 3) }, 2),
        b.simplePacket(bytesOf(20, 4), 99),
      ),
    )
    expect(failure).toBeUndefined()
    const seen = records.map(one => [one.timeNs, one.bytes.length, one.wireBytes, one.linkType, one.fcsBytes])
    expect(seen).toEqual([
      [5000n, 5, 5, 1, 0],
      [2_000_000_001n, 6, 60, 101, 0],
      [1_500_000_000n, 7, 7, 1, 4],
      [null, 20, 99, 1, 0],
    ])
  })

  it('begins each section anew, in its own byte order', () => {
    const [little, big] = [new Blocks(true), new Blocks(false)]
    const one = (b: Blocks, link: number) => [
      b.section(),
      b.interface({ link }),
      b.packet({ time: 1n, bytes: bytesOf(3, link) }),
    ]
    const { records } = readAll(fileOf(...one(little, 1), ...one(big, 101), ...one(little, 113)))
    expect(records.map(({ linkType, bytes }) => [linkType, ...bytes])).toEqual([
      [1, 1, 1, 1],
      [101, 101, 101, 101],
      [113, 113, 113, 113],
    ])
    const gone = readAll(fileOf(...one(little, 1), big.section(), big.packet(packets[0]!)))
    expect(gone.records).toHaveLength(1)
    expect(gone.failure?.message).toContain('interface 0')
  })
})

describe('a file that is wrong', () => {
  const b = new Blocks()
  const start = [b.section(), b.interface()]
  const at = 28 + 20
  const long = b.packet(packets[0]!)
  const behind = Uint8Array.from(long)
  behind[behind.length - 4] = 8
  const changed = (bytes: Uint8Array, index: number, value: number) => {
    const copy = Uint8Array.from(bytes)
    copy[index] = value
    return copy
  }
  const classic = classicFile(packets)

  it.each<[string, Uint8Array[], number, string]>([
    ['nothing', [], 0, 'after 0 bytes'],
    ['no magic', [bytesOf(30, 7)], 0, 'begins with 07070707'],
    ['gzip', [Uint8Array.of(0x1f, 0x8b, 8, 0)], 0, 'gzip'],
    ['an old Red Hat', [Uint8Array.of(0x34, 0xcd, 0xb2, 0xa1)], 0, 'modified'],
    ['a header cut off', [classic.subarray(0, 20)], 0, "the file's header"],
    ['a version', [changed(classic, 4, 3)], 4, 'version 3'],
    ['a record header cut off', [classic.subarray(0, 110)], 101, 'the header of a packet'],
    ['a packet cut off', [classic.subarray(0, 100)], 24, 'a packet of 61 bytes'],
    ['a packet of 4 GB', [changed(classic, 35, 0xff)], 24, 'a packet of 4278190141 bytes'],
    ['a block cut off', [...start, long.subarray(0, 40)], at, 'a block of 96 bytes'],
    ['a block header cut off', [...start, long.subarray(0, 8)], at, 'the header of a block'],
    ['an empty block', [...start, b.words(6, 0, 0)], at, 'a block of 0 bytes'],
    ['an odd block', [...start, b.words(6, 13, 0, 0)], at, 'a block of 13 bytes'],
    ['two lengths', [...start, behind], at, '96 bytes in front and 8 behind'],
    ['no interface', [...start, b.packet(packets[0]!, 4)], at, 'interface 4'],
    ['no interface at all', [b.section(), b.simplePacket(bytesOf(4, 4))], 28, 'interface 0'],
    ['too much in a block', [...start, b.block(6, b.words(0, 0, 0, 9, 9))], at, 'a packet of 9 bytes'],
    ['too little in a block', [...start, b.block(6, b.words(0))], at, 'too short for a packet'],
    ['too much in a simple block', [...start, b.block(3, b.words(70), bytesOf(8, 0))], at, 'of 70 bytes'],
    ['an empty simple block', [...start, b.block(3)], at, 'too short for a packet'],
    ['an empty interface', [b.section(), b.block(1)], 28, 'too short for an interface description'],
    ['an unknown version', [changed(b.section(), 12, 2)], 12, 'version 2'],
    ['no byte order', [changed(b.section(), 8, 0x4e)], 8, 'byte order'],
  ])('%s', (_, parts, offset, message) => {
    const { failure } = readAll(fileOf(...parts))
    expect(failure).toMatchObject({ offset, message: expect.stringContaining(message) })
    expect(failure!.hint).not.toBe('')
  })

  it('shows the packets in front of the mistake', () => {
    const { records, failure } = readAll(fileOf(classic.subarray(0, 200)))
    expect(records).toHaveLength(2)
    expect(failure?.offset).toBe(117)
  })

  it('says where reading stopped because there is too much', () => {
    for (const whole of [fileOf(classic), fileOf(...start, long)]) {
      const { records, failure } = readAll({ ...whole, size: 1e9 })
      expect(records.length).toBeGreaterThan(0)
      expect(failure).toMatchObject({
        offset: whole.bytes.length,
        message: expect.stringContaining('64 MiB'),
      })
      expect(failure?.hint).toContain('only')
    }
  })
})

describe('files of others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nmgen-captures-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  const ours = join(folder, 'ours.pcap')
  const frames = [0n, 1_500n, 3_000_000_123n].map((timeNs, i) => ({ timeNs, bytes: bytesOf(60 + i, i) }))
  writeFileSync(ours, Buffer.concat([...pcapFile(frames)]))

  const run = (tool: string, ...args: string[]) => execFileSync(tool, args, { stdio: 'ignore' })
  const has = (tool: string) => {
    try {
      run(tool, '--version')
      return true
    } catch {
      return false
    }
  }
  const load = (file: string) => readAll(fileOf(readFileSync(file)))

  it.for([
    ['pcap', 1000n],
    ['nsecpcap', 1n],
    ['pcapng', 1n],
  ] as const)("editcap's %s", ([format, tick], ctx) => {
    if (!has('editcap')) ctx.skip('needs editcap: apt install wireshark-common')
    const theirs = join(folder, `theirs.${format}`)
    run('editcap', '-F', format, ours, theirs)
    const { records, failure } = load(theirs)
    expect(failure).toBeUndefined()
    expect(records.map(({ timeNs }) => timeNs)).toEqual(frames.map(({ timeNs }) => (timeNs / tick) * tick))
    expect(records.map(({ bytes }) => [...bytes])).toEqual(frames.map(({ bytes }) => [...bytes]))
  })

  it("editcap's snapshot length", ctx => {
    if (!has('editcap')) ctx.skip('needs editcap: apt install wireshark-common')
    const theirs = join(folder, 'short.pcapng')
    run('editcap', '-s', '61', ours, theirs)
    expect(load(theirs).records.map(one => [one.bytes.length, one.wireBytes])).toEqual([
      [60, 60],
      [61, 61],
      [61, 62],
    ])
  })

  it("text2pcap's", ctx => {
    if (!has('text2pcap')) ctx.skip('needs text2pcap: apt install wireshark-common')
    const [text, theirs] = [join(folder, 'dump.txt'), join(folder, 'text.pcapng')]
    writeFileSync(text, '0000 01 02 03 04 05 06 07 08 09 0a 0b 0c 08 00 45 00\n')
    run('text2pcap', text, theirs)
    expect(load(theirs).records.map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual([
      '0102030405060708090a0b0c08004500',
    ])
  })
})
