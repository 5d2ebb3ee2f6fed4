import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPcap } from '../lab/pcap.js'
import { whyNoTool } from '../lab/tools.js'
import { BROKEN, decode, matching } from '../lab/tshark.js'
import { inFolder, nmgen } from './nmgen.js'

const noTshark = await whyNoTool('tshark')

const ips = {
  ipv4: 'ipv4: {src: {random: 198.18.0.0/16}, ttl: {inc: 2-9}}',
  ipv6: 'ipv6: {src: {random: "2001:2::/64"}, flow_label: {random: any}}',
} as const

const profileOf = (ip: keyof typeof ips, frame: string, fragment: string, count: number) => `
version: 1
name: fragments
streams:
  - name: cut
    frame: ${frame}
    fragment: ${fragment}
    count: ${count}
    rate: 20kpps
    layers: [{ethernet: {}}, {${ips[ip]}}, {udp: {src: {random: 1024-65535}}}]
`

/** All that the profile sends, as a capture. */
async function captured(folder: string, profile: string): Promise<{ file: string; frames: number }> {
  const [yaml, file] = [join(folder, 'p.yaml'), join(folder, 'p.pcap')]
  writeFileSync(yaml, profile)
  const { code, stderr } = await nmgen(['preview', yaml, '--count', '1M', '--pcap', file])
  expect(stderr).not.toContain('error')
  expect(code).toBe(0)
  return { file, frames: readPcap(file).frames.length }
}

/** As Wireshark calls it. */
const known = (ip: keyof typeof ips) => (ip === 'ipv4' ? 'ip' : ip)

/** How many datagrams Wireshark has put together, and of how many it has found the checksum right. */
async function reassembled(file: string, ip: keyof typeof ips): Promise<{ whole: number; right: number }> {
  const fields = ['udp.checksum.status', `${known(ip)}.reassembled.length`] as const
  const rows = (await decode(file, fields)).filter(row => row[fields[1]] !== '')
  return { whole: rows.length, right: rows.filter(row => row['udp.checksum.status'] === '1').length }
}

describe.for(['ipv4', 'ipv6'] as const)('the fragments of %s', ip => {
  it.for(['forward', 'reverse', 'shuffle', '{weighted: {forward: 3, reverse: 2, shuffle: 2}}'])(
    'are put together by tshark, in the order %s, many in flight',
    async (order, ctx) => {
      if (noTshark) ctx.skip(noTshark)
      await inFolder(async folder => {
        const fragment = `{mtu: {weighted: {1500: 3, 576: 2, 112: 1}}, order: ${order}, interleave: 24}`
        const { file } = await captured(folder, profileOf(ip, '{list: [1600B, 3001B, 8000B]}', fragment, 200))
        expect(await matching(file, BROKEN)).toEqual([])
        expect(await reassembled(file, ip)).toEqual({ whole: 200, right: 200 })
      })
    },
  )

  it('may be of the longest datagram', async ctx => {
    if (noTshark) ctx.skip(noTshark)
    await inFolder(async folder => {
      const longest = ip === 'ipv4' ? 65_535 + 18 : 65_535 + 40 + 18 - 8
      const { file } = await captured(folder, profileOf(ip, `${longest}B`, '{mtu: 1500}', 5))
      expect(await matching(file, BROKEN)).toEqual([])
      expect(await reassembled(file, ip)).toEqual({ whole: 5, right: 5 })
    })
  })

  it('have the faults that were asked for, and no others', async ctx => {
    if (noTshark) ctx.skip(noTshark)
    await inFolder(async folder => {
      const faults =
        '{none: 3, missing_last: 2, missing_first: 2, duplicate: 1, overlap: 2, tiny_first: 1, oversize_end: 1}'
      const fragment = `{mtu: 1280, fault: {weighted: ${faults}}, interleave: 7}`
      const { file, frames } = await captured(folder, profileOf(ip, '3000B', fragment, 12 * 5))
      // Three fragments each: one less of the two that miss one, one more of the duplicate and the tiny one.
      expect(frames).toBe(5 * (12 * 3 - 4 + 2))
      expect(await matching(file, BROKEN)).toEqual([])
      const found = async (filter: string) => (await matching(file, filter)).length
      // Wireshark tells of each fragment that says something again, in the frame that completes the datagram.
      expect(await found(`${known(ip)}.fragment.overlap`)).toBe(5 * (1 + 2))
      expect(await found(`${known(ip)}.fragment.overlap.conflict`)).toBe(0)
      expect(await reassembled(file, ip)).toEqual({ whole: 5 * 7, right: 5 * 7 })
      const place = ip === 'ipv4' ? 'ip.frag_offset' : 'ipv6.fraghdr.offset'
      const last = ip === 'ipv4' ? 'ip.flags.mf == 0' : 'ipv6.fraghdr.more == 0'
      expect(await found(`${place} == 8191`)).toBe(5)
      expect(await found(last)).toBe(5 * 10)
    })
  })
})

describe('a run of fragments', () => {
  it('counts each fault by itself, and whole trains, on two queues', async () => {
    await inFolder(async folder => {
      const yaml = join(folder, 'p.yaml')
      const faults = '{none: 4, missing_last: 2, duplicate: 1, tiny_first: 1}'
      writeFileSync(
        yaml,
        profileOf('ipv4', '3000B', `{mtu: 1280, fault: {weighted: ${faults}}, interleave: 7}`, 88),
      )
      const { code, stdout } = await nmgen([
        'run',
        yaml,
        '--no-out',
        '--json',
        '--set',
        'ports.a={uri: "loop:x", queues: 2}',
      ])
      expect(code).toBe(0)
      const { streams } = JSON.parse(stdout)
      const counts = Object.entries<{ tx_packets: number; rx_packets: number }>(streams).map(
        ([name, { tx_packets, rx_packets }]) => [name, tx_packets, rx_packets],
      )
      expect(counts).toEqual([
        ['cut', 264, 264],
        ['cut.none', 44 * 3, 44 * 3],
        ['cut.missing_last', 22 * 2, 22 * 2],
        ['cut.duplicate', 11 * 4, 11 * 4],
        ['cut.tiny_first', 11 * 4, 11 * 4],
      ])
    })
  })
})
