import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPcap } from '../lab/pcap.js'
import { whyNoTool } from '../lab/tools.js'
import { decode } from '../lab/tshark.js'
import { inFolder, nmgen } from './nmgen.js'

const noTshark = await whyNoTool('tshark')
const golden = 'profiles/captures/mixed.pcap'

/** What a preview writes, each packet with its time since the first. */
async function previewed(
  folder: string,
  args: readonly string[],
): Promise<{ file: string; packets: string[] }> {
  const file = join(folder, 'preview.pcap')
  const { code, stderr } = await nmgen(['preview', ...args, '--pcap', file])
  expect([code, stderr]).toEqual([0, ''])
  return { file, packets: packetsIn(file) }
}

function packetsIn(file: string): string[] {
  const { frames, timesNs } = readPcap(file)
  return frames.map((frame, i) => `${timesNs[i]! - timesNs[0]!} ${Buffer.from(frame).toString('hex')}`)
}

const profileOf = (keys: string) =>
  `version: 1\nname: t\nports: {a: loop:lab}\nstreams:\n  - {name: r, pcap: a.pcap, ${keys}}\n`

describe('a capture', () => {
  it('that is shipped is what its profile makes', () =>
    inFolder(async folder => {
      const { file } = await previewed(folder, ['profiles/captures/mixed.yaml', '--count', '48'])
      expect(readFileSync(golden).equals(readFileSync(file))).toBe(true)
    }))

  it('is replayed packet for packet and gap for gap', () =>
    inFolder(async folder => {
      writeFileSync(join(folder, 'a.pcap'), readFileSync(golden))
      writeFileSync(join(folder, 'p.yaml'), profileOf('timing: original, loops: 2'))
      const { packets } = await previewed(folder, [join(folder, 'p.yaml'), '--count', '100'])
      const once = packetsIn(golden)
      expect(packets).toHaveLength(96)
      expect(packets.slice(0, 48)).toEqual(once)
      const start = BigInt(packets[48]!.split(' ')[0]!)
      const moved = once.map(packet => {
        const [time, bytes] = packet.split(' ')
        return `${BigInt(time!) + start} ${bytes}`
      })
      expect(packets.slice(48)).toEqual(moved)
    }))

  it('is sent by shards as by one, each packet at its time', () =>
    inFolder(async folder => {
      const sent = async (shard: string) => {
        const file = join(folder, `${shard.replace('/', 'of')}.pcap`)
        const args = [
          '--tx',
          `pcap:${file}`,
          '--count',
          '500',
          '--shard',
          shard,
          '--set',
          'expect=[]',
          '--no-out',
        ]
        const { code } = await nmgen(['run', 'profiles/replay.yaml', ...args])
        expect(code).toBe(0)
        const { frames, timesNs } = readPcap(file)
        return frames.map((frame, i) => `${timesNs[i]} ${Buffer.from(frame).toString('hex')}`)
      }
      const [whole, ...parts] = await Promise.all(['1/1', '1/4', '2/4', '3/4', '4/4'].map(sent))
      expect(whole).toHaveLength(500)
      expect(parts.map(part => part.length)).not.toContain(0)
      expect(parts.flat().sort()).toEqual(whole!.sort())
      const { packets } = await previewed(folder, ['profiles/replay.yaml', '--count', '500'])
      const bytesOf = (packet: string) => packet.split(' ')[1]
      expect(whole!.map(bytesOf).sort()).toEqual(packets.map(bytesOf).sort())
    }))

  it('holds what was set, with checksums that Wireshark finds right', async ctx => {
    if (noTshark) ctx.skip(noTshark)
    await inFolder(async folder => {
      const { file } = await previewed(folder, ['profiles/replay.yaml', '--count', '480'])
      const fields = [
        'ip.src',
        'ip.ttl',
        'ip.checksum.status',
        'udp.checksum.status',
        'tcp.checksum.status',
      ] as const
      const rows = await decode(file, fields, [53])
      expect(rows).toHaveLength(480)
      const v4 = rows.filter(row => row['ip.src'] !== '')
      expect(new Set(v4.map(row => row['ip.ttl']))).toEqual(new Set(['4']))
      expect(new Set(v4.map(row => row['ip.src'])).size).toBe(v4.length)
      for (const row of v4) expect(row['ip.src']).toMatch(/^198\.18\.(1[6-9]|2\d|3[01])\./)
      for (const row of rows)
        expect(
          `${row['udp.checksum.status']}${row['tcp.checksum.status']}${row['ip.checksum.status']}`,
        ).toMatch(/^1*$/)
    })
  })

  it('that is damaged is shown at its line, with the byte in the file', () =>
    inFolder(async folder => {
      writeFileSync(join(folder, 'a.pcap'), readFileSync(golden).subarray(0, 1000))
      const file = join(folder, 'p.yaml')
      writeFileSync(file, profileOf('loops: 2'))
      const { code, stderr } = await nmgen(['check', file])
      expect(code).toBe(3)
      expect(stderr).toContain('error[bad-capture]: a.pcap, byte 862: the file ends within')
      expect(stderr).toContain(`${file}:5:21`)
      writeFileSync(file, profileOf('loops: 2').replace('a.pcap', 'b.pcap'))
      expect((await nmgen(['check', file])).stderr).toContain('error[no-capture]: there is no file')
    }))
})
