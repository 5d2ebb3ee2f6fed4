/** `nmgen capture` as a user starts it, on files: what it counts, keeps and prints. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { multisetHash, readPcap } from '../lab/pcap.js'
import { inFolder, nmgen, startNmgen, until } from './nmgen.js'

const mix = 'profiles/vlan-qinq-mpls-mix.yaml'

async function previewed(folder: string, count: number, profile = mix): Promise<string> {
  const file = join(folder, 'sent.pcap')
  const { code, stderr } = await nmgen(['preview', profile, '--count', `${count}`, '--pcap', file])
  expect(code, stderr).toBe(0)
  return file
}

describe('nmgen capture', () => {
  it('counts by protocol and size, and keeps every frame as it came', () =>
    inFolder(async folder => {
      const file = await previewed(folder, 2000)
      const kept = join(folder, 'kept.pcap')
      const args = ['capture', `pcap:${file}`, '--count', '2000', '--pcap', kept, '--json', '--quiet']
      const { code, stdout, stderr } = await nmgen(args)
      expect(code, stderr).toBe(0)
      const result = JSON.parse(stdout)
      expect(result).toMatchObject({
        schema: 'nmgen.capture/1',
        packets: 2000,
        missed_packets: 0,
        complete: true,
      })
      expect(result.protocols).toMatchObject({
        'ethernet / vlan / ipv4 / udp': { packets: 1000 },
        'ethernet / svlan / vlan / ipv4 / udp': { packets: 600 },
        'ethernet / mpls / mpls / ipv4 / udp': { packets: 300 },
        'ethernet / vlan / vlan / vlan / ipv4 / udp': { packets: 100 },
      })
      const frames = readPcap(file).frames
      const packetsIn = (from: number, to: number) =>
        frames.filter(frame => frame.length + 4 >= from && frame.length + 4 <= to).length
      expect(result.sizes).toMatchObject({
        '65 to 127': { packets: packetsIn(65, 127) },
        '512 to 1023': { packets: packetsIn(512, 1023) },
        '1024 to 1518': { packets: packetsIn(1024, 1518) },
      })
      expect(result.bytes).toBe(frames.reduce((sum, frame) => sum + frame.length + 4, 0))
      expect(multisetHash(readPcap(kept).frames)).toBe(multisetHash(frames))
    }))

  it('takes what the filter wants only, and says how many others there were', ctx =>
    inFolder(async folder => {
      const file = await previewed(folder, 1000)
      const args = ['capture', `pcap:${file}`, '--filter', 'mpls', '--idle', '500ms', '--json', '--quiet']
      const { code, stdout, stderr } = await nmgen(args)
      if (stderr.includes('no-filter')) ctx.skip('built without libpcap (make setup)')
      expect(code, stderr).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ packets: 150, seen_packets: 1000 })
      expect(Object.keys(JSON.parse(stdout).protocols)).toEqual(['ethernet / mpls / mpls / ipv4 / udp'])
    }))

  it('prints what UDP carries', () =>
    inFolder(async folder => {
      const profile = join(folder, 'hello.yaml')
      const text = readFileSync('bench/profiles/constant.yaml', 'utf8')
      writeFileSync(profile, text.replace(/^( *)(- udp: .*)$/m, '$1$2\n$1- payload: { text: "GET \\\\ hi" }'))
      const file = join(folder, 'sent.pcap')
      const made = await nmgen(['preview', profile, '--count', '2', '--pcap', file])
      expect(made.code, made.stderr).toBe(0)
      const { code, stdout } = await nmgen([
        'capture',
        `pcap:${file}`,
        '--count',
        '2',
        '--payload',
        '--quiet',
      ])
      expect(code).toBe(0)
      const lines = stdout.trim().split('\n')
      expect(lines).toHaveLength(2)
      expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{9} \S+:\d+ > \S+:\d+ 18 B: GET \\x5c hi/)
    }))

  it('counts the streams of a profile in what another nmgen has sent', () =>
    inFolder(async folder => {
      const file = join(folder, 'wire.pcap')
      const fixture = 'test/fixtures/two-streams.yaml'
      // Frames carry a signature where somebody is there to receive them; here that is nobody in particular.
      const ports = ['--tx', `pcap:${file}`, '--rx', 'loop:elsewhere', '--queues', '1']
      const sent = await nmgen(['run', fixture, ...ports, '--count', '500', '--no-out', '--set', 'expect=[]'])
      expect([0, 11], sent.stderr).toContain(sent.code)
      const args = ['capture', `pcap:${file}`, '--profile', fixture, '--count', '1000', '--json', '--quiet']
      const { code, stdout, stderr } = await nmgen(args)
      expect(code, stderr).toBe(0)
      const { streams, unknown_packets } = JSON.parse(stdout)
      const packets = Object.values(streams as Record<string, { packets: number }>).map(row => row.packets)
      expect(packets).toEqual([500, 500])
      expect(unknown_packets).toBe(0)
    }))

  it('ends with Ctrl-C, with 0 where that is the only end and 130 where another was asked for', () =>
    inFolder(async folder => {
      const file = await previewed(folder, 10)
      for (const [args, code] of [
        [[], 0],
        [['--duration', '1h'], 130],
      ] as const) {
        const run = startNmgen(['capture', `pcap:${file}`, ...args])
        let said = ''
        run.stderr.on('data', chunk => (said += chunk))
        await until('it receives', () => said.includes('receiving on'))
        run.kill('SIGINT')
        expect((await run).exitCode).toBe(code)
      }
    }))

  it.each([
    ['no port', ['eth3'], 2, 'is not a port'],
    ['a filter that is none', ['pcap:x', '--filter', 'udp prot 9'], 2, 'is not a filter'],
    ['a file that is not there', ['pcap:/nowhere/x.pcap'], 4, '/nowhere/x.pcap'],
    ['a count on two queues', ['loop:x', '--queues', '2', '--count', '5'], 2, 'cannot agree'],
  ])('refuses %s', async (_, args, code, words) => {
    const ran = await nmgen(['capture', ...args])
    if (ran.stderr.includes('no-filter')) return
    expect(ran.stderr).toContain(words)
    expect(ran.code).toBe(code)
  })
})
