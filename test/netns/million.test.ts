/** What arrives over each way to the wire is byte for byte what `preview --pcap` shows. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inFolder, nmgen, startNmgen, until, whyNoBackend } from '../cli/nmgen.js'
import { Lab, whyNoLab } from '../lab/netns.js'
import { multisetHash, readPcap } from '../lab/pcap.js'

const noLab = await whyNoLab('ethtool')
/** `NMGEN_MILLION=1000000` for the whole of it; a build on busy CPUs sends fewer. */
const count = Number(process.env.NMGEN_MILLION ?? 20_000)
/** Stamps differ from run to run: without a signature a frame is what the plan says, and nothing else. */
const profile = [
  'bench/profiles/two-fields.yaml',
  '--set',
  'streams.0.signature=false',
  '--set',
  'expect=[]',
  '--count',
  `${count}`,
]
/** The copies at the far end cost more than the sending: slow enough that none is dropped there. */
const sending = ['--rate', '100kpps', '--duration', '100s', '--no-out', '--quiet']

const uris: Record<string, (near: string) => string> = {
  afpacket: near => `afpacket:${near}`,
  afxdp: near => `afxdp:${near}`,
  xdp: near => `xdp:${near}`,
  'dpdk (net_af_packet)': near => `dpdk:net_af_packet0,iface=${near}`,
  'dpdk (net_af_xdp)': near => `dpdk:net_af_xdp0,iface=${near}`,
}
const ways = await Promise.all(
  Object.entries(uris).map(async ([name, uri]) => ({
    name,
    uri,
    reason: noLab ?? (await whyNoBackend(name.split(' ')[0]!)),
  })),
)

/** The frames that the far end got while `nmgen run` sent to `uri`; its ring has room for all while it waits for a CPU. */
async function framesOver({ namespace, link }: Lab, uri: (near: string) => string): Promise<string> {
  return inFolder(async folder => {
    const file = join(folder, 'far.pcap')
    const port = `afpacket:${link.far},blocks=256,block_kib=1024`
    const args = ['capture', port, '--count', `${count}`, '--pcap', file, '--idle', '10s', '--json']
    const capture = startNmgen(args, { through: ['ip', 'netns', 'exec', namespace], timeout: 110_000 })
    let said = ''
    capture.stderr.on('data', chunk => (said += chunk))
    await until('the far end receives', () => said.includes('receiving on'))
    const sent = await nmgen(['run', ...profile, ...sending, '--tx', uri(link.near)], { timeout: 110_000 })
    expect([0, 11], sent.stderr).toContain(sent.code)
    const { stdout } = await capture
    expect(JSON.parse(String(stdout))).toMatchObject({ packets: count, complete: true })
    return multisetHash(readPcap(file).frames)
  })
}

describe(`${count} packets`, () => {
  let wanted = ''
  let lab: Lab | undefined

  beforeAll(async () => {
    if (noLab) return
    lab = await Lab.create({ gro: true })
    await inFolder(async folder => {
      const file = join(folder, 'preview.pcap')
      const { code, stderr } = await nmgen(['preview', ...profile, '--pcap', file])
      expect(code, stderr).toBe(0)
      wanted = multisetHash(readPcap(file).frames)
    })
  }, 120_000)
  afterAll(() => lab?.dispose())

  it.for(ways)(
    'arrive through $name as they were previewed',
    { timeout: 120_000 },
    async ({ reason, uri }, ctx) => {
      if (reason || !lab) return ctx.skip(reason ?? 'no lab')
      expect(await framesOver(lab, uri)).toBe(wanted)
    },
  )

  it('are in a file as they were previewed', { timeout: 60_000 }, async () => {
    await inFolder(async folder => {
      const file = join(folder, 'sent.pcap')
      const { code, stderr } = await nmgen(['run', ...profile, ...sending.slice(2), '--tx', `pcap:${file}`])
      expect(code, stderr).toBe(0)
      expect(multisetHash(readPcap(file).frames)).toBe(wanted)
    })
  })
})
