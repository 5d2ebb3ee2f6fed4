import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, type TestContext } from 'vitest'
import { native } from '../gen/native.js'
import { main } from './main.js'
import { captureOutput } from './output.testing.js'

const output = captureOutput()
const folder = mkdtempSync(join(tmpdir(), 'nmgen-preview-'))
afterAll(() => rmSync(folder, { recursive: true }))

function needsCore(context: TestContext): void {
  try {
    native()
  } catch {
    context.skip('the native core is not built')
  }
}

const preview = (...args: string[]) => main(['preview', 'profiles/udp-64b.yaml', ...args])

describe('nmgen preview', () => {
  it('shows a packet by its number: fields, what varies, bytes', async context => {
    needsCore(context)
    expect(await preview('--packet', '1M', '--set', 'seed=1')).toBe(0)
    expect(output.out).toMatch(/^udp #1000000 {2}64 bytes with FCS\n {2}ethernet +dst 02:00:00:00:00:02 /)
    expect(output.out).toMatch(/\n {2}udp +src \d+\* {2}dst 9 {2}length 26 /)
    expect(output.out).toMatch(
      /\n {2}0000 {2}02 00 00 00 00 02 02 00 {2}00 00 00 01 08 00 45 00 {2}\.{14}E\.\n/,
    )
    expect(output.out).toMatch(/\nudp, what varies \(\*\):\n {2}udp\.src: random 1024-65535\n$/)
  })

  it('prints the same packets as JSON', async context => {
    needsCore(context)
    expect(await preview('--json', '--count', '2')).toBe(0)
    const { schema, packets } = JSON.parse(output.out)
    expect(schema).toBe('nmgen.preview/1')
    expect(packets).toMatchObject([
      { stream: 'udp', packet: 0, frame_bytes: 64, signature: { offset: 42, bytes: 18 } },
      { stream: 'udp', packet: 1, layers: [{ name: 'ethernet' }, { name: 'ipv4' }, { name: 'udp' }] },
    ])
    expect(packets[0].hex).toHaveLength(120)
  })

  it('writes a pcap, also longer than one batch of the core', async context => {
    needsCore(context)
    const file = join(folder, 'out.pcap')
    expect(await preview('--pcap', file, '--count', '1k')).toBe(0)
    expect(output.out).toBe(`1000 packets in ${file}\n`)
    expect(readFileSync(file)).toHaveLength(24 + 1000 * (16 + 60))
  })

  it('counts instead of showing: a million flows, each once', async context => {
    needsCore(context)
    const args = ['preview', 'profiles/udp-1m-5tuple.yaml', '--stream', 'fill', '--stats', '--json']
    expect(await main([...args, '--count', '1048576'])).toBe(0)
    const { schema, stats } = JSON.parse(output.out)
    expect(schema).toBe('nmgen.preview/1')
    expect(stats.streams.fill).toEqual(stats.total)
    expect(stats.total).toMatchObject({
      packets: 1048576,
      bytes: 1048576 * 64,
      frame_bytes: [{ size: 64, count: 1048576 }],
      flows: { distinct: 1048576, exact: true },
      inner_flows: { distinct: 0 },
      packets_without_flow: 0,
    })
    const [src, dst, port] = stats.total.fields
    expect(src).toMatchObject({
      name: 'ipv4.src',
      distinct: 8192,
      min: '198.18.0.0',
      max: '198.18.31.255',
      each: 128,
    })
    expect(src.histogram).toHaveLength(32)
    expect(src.histogram[31]).toEqual({ low: '198.18.31.0', high: '198.18.31.255', count: 32768 })
    expect(dst).toMatchObject({
      name: 'ipv4.dst',
      distinct: 4,
      top: [{ value: '198.19.0.1', count: 262144 }, {}, {}, {}],
    })
    expect(port).toMatchObject({ name: 'udp.src', distinct: 32, min: 1024, max: 1055 })
    expect(stats.total.table_bytes).toBeLessThan(100e6)
  }, 60_000)

  it('counts each stream and all together, with what differs between them', async context => {
    needsCore(context)
    expect(await main(['preview', 'profiles/protocol-interleave.yaml', '--stats', '--count', '1k'])).toBe(0)
    expect(output.out).toMatch(/^\w+: \d+ packets, [\d,]+ bytes with FCS\n {2}frame +64 B /)
    expect(output.out).toMatch(/\ntotal: 1,000 packets, .*\n(.*\n)* {2}ipv4\.protocol +\d values, 6 to 17\n/)
    expect(output.out).toContain('flows: addresses, protocol and ports of the outermost IP header')
  })

  it('says that a capture has no signature, and how it gets one', async context => {
    needsCore(context)
    expect(await main(['preview', 'profiles/replay.yaml', '--count', '1'])).toBe(0)
    expect(output.out).toMatch(/\nreplay: captured packets carry no signature: .* `signature: true`\n$/)
    output.out = ''
    expect(
      await main([
        'preview',
        'profiles/replay.yaml',
        '--count',
        '1',
        '--set',
        'streams.replay.signature=true',
      ]),
    ).toBe(0)
    expect(output.out).not.toContain('no signature')
  })

  it('follows lanes: turns of a mix, with their intended times', async context => {
    needsCore(context)
    expect(
      await main([
        'preview',
        'profiles/protocol-interleave.yaml',
        '--json',
        '--count',
        '6',
        '--set',
        'mix.run_length=2',
        '--set',
        'matrix={}',
      ]),
    ).toBe(0)
    const turns = JSON.parse(output.out).packets.map((one: { stream: string }) => one.stream[0])
    expect(turns.join('')).toBe('uuttuu')
  })

  it.each([
    [['--stream', 'upd'], 2, 'there is no stream `upd` [no-such-stream]'],
    [['--count', '1.5'], 2, '--count: `1.5` is not a whole number [usage]'],
    [['--set', 'streams.0.count=5', '--packet', '5'], 2, 'there is no packet 5 [no-such-packet]'],
    [['--pcap', '/nowhere/out.pcap'], 4, 'cannot write /nowhere/out.pcap'],
    [['--pcap', 'x', '--json'], 2, 'mutually exclusive'],
    [['--pcap', 'x', '--stats'], 2, 'mutually exclusive'],
  ])('refuses %j with exit %i', async (args, exit, sentence) => {
    expect(await preview(...args)).toBe(exit)
    expect(output.err).toContain(sentence)
  })
})
