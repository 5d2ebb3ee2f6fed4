import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodePlan } from '../../src/gen/encode.js'
import { type Native, native } from '../../src/gen/native.js'
import { loadProfile } from '../../src/profile/load.js'
import { compile } from '../../src/templates/compile.js'
import { readPcap } from '../lab/pcap.js'
import { whyNoTool } from '../lab/tools.js'
import { BROKEN, decode, matching } from '../lab/tshark.js'
import { inFolder, nmgen } from './nmgen.js'

const noTshark = await whyNoTool('tshark')

async function inCapture(args: readonly string[], look: (file: string) => Promise<void>): Promise<void> {
  await inFolder(async folder => {
    const file = join(folder, 'preview.pcap')
    const { code, stderr } = await nmgen(['preview', ...args, '--pcap', file])
    expect(stderr).not.toContain('error')
    expect(code).toBe(0)
    await look(file)
  })
}

describe('nmgen preview', () => {
  it('writes what its stream says: addresses, tags, ports', async ctx => {
    if (noTshark) ctx.skip(noTshark)
    await inCapture(['profiles/vlan.yaml', '--count', '16'], async file => {
      const rows = await decode(file, [
        'vlan.id',
        'vlan.priority',
        'ip.src',
        'ip.ttl',
        'udp.dstport',
        'frame.len',
      ])
      for (const [i, row] of rows.entries())
        expect(Object.values(row)).toEqual(['100', `${i % 8}`, '198.18.1.2', '4', '9', '64'])
    })
    await inCapture(['profiles/tcp-syn.yaml', '--count', '100'], async file => {
      const rows = await decode(file, ['tcp.flags', 'tcp.dstport', 'tcp.seq_raw'])
      for (const row of rows) expect([row['tcp.flags'], row['tcp.dstport']]).toEqual(['0x0002', '80'])
      expect(new Set(rows.map(row => row['tcp.seq_raw'])).size).toBeGreaterThan(98)
    })
  })

  it('mixes sizes in the exact order of the imix', async () => {
    await inCapture(['profiles/imix.yaml', '--count', '2400'], async file => {
      const sizes = readPcap(file).frames.map(frame => frame.length + 4)
      const cycle = sizes.slice(0, 12)
      const times = (size: number) => cycle.filter(one => one === size).length
      expect([64, 570, 1518].map(times)).toEqual([7, 4, 1])
      expect(sizes).toEqual(Array.from({ length: 200 }, () => cycle).flat())
    })
  })

  it('gives frames the sizes that are asked for, of themselves or of a packet inside', async ctx => {
    if (noTshark) ctx.skip(noTshark)
    await inCapture(['test/fixtures/frame-sizes.yaml', '--count', '2100'], async file => {
      expect(await matching(file, BROKEN)).toEqual([])
      const rows = await decode(file, ['udp.dstport', 'frame.len', 'ip.len', 'udp.length'])
      const of = (port: number) => rows.filter(row => row['udp.dstport'].split(',').at(-1) === `${port}`)
      const sizes = (port: number) => of(port).map(row => Number(row['frame.len']) + 4)
      expect(sizes(1)).toEqual(Array.from({ length: 300 }, (_, i) => [64, 128, 1518][i % 3]))
      expect(sizes(2)).toEqual(Array.from({ length: 300 }, (_, i) => 64 + 10 * (i % 146)))
      expect(sizes(3)).toEqual(Array.from({ length: 300 }, (_, i) => [64, 64, 300, 1280][i % 4]))
      expect(new Set(sizes(4))).toEqual(new Set([64, 594, 1518]))
      expect(new Set(sizes(5)).size).toBeGreaterThan(200)
      expect(of(6).map(row => [row['frame.len'], row['ip.len']])).toEqual(
        Array.from(
          { length: 300 },
          (_, i) =>
            [
              ['60', '40'],
              ['590', '576'],
              ['1514', '1500'],
            ][[0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 1, 0][i % 12]!],
        ),
      )
      // The inner packet, and around it Ethernet 14, IPv4 20, GRE 4.
      for (const row of of(7)) {
        const [outer, inner] = row['ip.len'].split(',').map(Number)
        expect([inner! - (inner! % 100), outer, Number(row['frame.len'])]).toEqual([
          inner,
          inner! + 24,
          inner! + 38,
        ])
      }
      expect(new Set(of(7).map(row => row['ip.len'])).size).toBe(14)
    })
  })

  it('prints them as one JSON document instead', async () => {
    const { code, stdout, stderr } = await nmgen(['preview', 'profiles/imix.yaml', '--count', '1', '--json'])
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'nmgen.preview/1', profile: 'imix' })
  })
})

/** The frames of the one stream of a profile, rendered as `preview` and `run` do, here, without a file. */
function* rendered(core: Native, file: string, count: number): Generator<DataView> {
  const plan = compile(loadProfile(readFileSync(file, 'utf8'), { file }).profile!).plan!
  const encoded = encodePlan(plan)
  const batch = 4096
  for (let first = 0; first < count; first += batch) {
    const block = core.render(encoded, 0, BigInt(first), Math.min(batch, count - first))
    for (let at = 0; at < block.length; ) {
      const length = block[at]! | (block[at + 1]! << 8)
      yield new DataView(block.buffer, block.byteOffset + at + 2, length)
      at += 2 + length
    }
  }
}

describe('udp-1m-flows', () => {
  it('sends 1,048,576 flows, none twice', () => {
    const flows = new Set<number>()
    const constant = new Set<string>()
    const count = 2 ** 20
    for (const frame of rendered(native(), 'profiles/udp-1m-flows.yaml', count)) {
      flows.add(frame.getUint32(26) * 2 ** 16 + frame.getUint16(34))
      constant.add(`${frame.getUint8(23)} ${frame.getUint32(30)} ${frame.getUint16(36)}`)
    }
    expect(flows.size).toBe(count)
    expect([...constant]).toEqual([`17 ${0xc6130102} 9`])
  })
})
