import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { readHost } from '../../src/gen/host.js'
import { whyNoMemoryLimit, withMemoryLimit } from '../lab/memory-limit.js'
import { Lab, whyNoLab } from '../lab/netns.js'
import { asNobody, whyNotNobody } from '../lab/nobody.js'
import { whyNoTool } from '../lab/tools.js'
import { inFolder, nmgen, type Ran, whyNoDpdk } from './nmgen.js'

const udp = 'profiles/udp-64b.yaml'
const noDpdk = await whyNoDpdk()
const noLab = await whyNoLab()
const host = readHost()

/** A run that says why it cannot begin, before anything is sent. */
async function refused(...flags: string[]): Promise<Ran> {
  return nmgen(['run', udp, '--duration', '200ms', '--quiet', '--no-out', ...flags])
}

function expectRefusal({ code, stdout, stderr }: Ran, exit: number, named: string, said: RegExp): void {
  expect(stderr).toMatch(/^nmgen: .{10,} \[[a-z-]+\]\n {2}help: .{5,}\n$/)
  expect(stderr).toContain(`[${named}]`)
  expect(stderr).toMatch(said)
  expect([code, stdout]).toEqual([exit, ''])
}

describe('an environment that is not ready', () => {
  it('has no such backend', async () => {
    expectRefusal(await refused('--tx', 'pigeon:a'), 3, 'unknown-backend', /`pigeon`.*\n.*loop/)
  })

  it('has no such interface', async ctx => {
    if (noDpdk) ctx.skip(noDpdk)
    for (const driver of ['net_af_packet0', 'net_af_xdp0', 'net_pcap0'])
      expectRefusal(await refused('--tx', `dpdk:${driver},iface=nope0`), 4, 'no-interface', /`nope0`/)
  })

  it('has no such CPU', async () => {
    expectRefusal(await refused('--cores', '9998,9999'), 4, 'no-such-cpu', /CPU 9998/)
  })

  it('has no hugepages for a PCI device', async ctx => {
    if (noDpdk) ctx.skip(noDpdk)
    if (host.hugepages.some(({ free }) => free > 0)) ctx.skip('hugepages are reserved here')
    expectRefusal(await refused('--tx', 'dpdk:0000:00:1f.0'), 4, 'no-hugepages', /hugepages/)
  })

  it('has no hugepages any more when DPDK takes them', async ctx => {
    const reason = noDpdk ?? noLab
    if (reason) ctx.skip(reason)
    if (host.hugepages.some(({ free }) => free > 0)) ctx.skip('hugepages are reserved here')
    await inFolder(async folder => {
      const size = join(folder, 'hugepages-2048kB')
      mkdirSync(size)
      for (const file of ['nr', 'free', 'resv', 'surplus'])
        writeFileSync(join(size, `${file}_hugepages`), /nr|free/.test(file) ? '4\n' : '0\n')
      const script = `mount --bind ${folder} /sys/kernel/mm/hugepages && exec "$@"`
      const ring = ['--tx', 'dpdk:net_ring0', '--rx', 'dpdk:net_ring0']
      const ran = await nmgen(['run', udp, ...ring, '--duration', '200ms', '--quiet', '--no-out'], {
        through: ['unshare', '--mount', 'sh', '-c', script, 'sh'],
      })
      expectRefusal(ran, 4, 'no-hugepages', /too few hugepages.*\n.*reserve more: sysctl/)
    })
  })

  it('gives no permission', async ctx => {
    const reason = noDpdk ?? noLab ?? (await whyNotNobody())
    if (reason) ctx.skip(reason)
    const lab = await Lab.create()
    try {
      const run = ['run', udp, '--duration', '200ms', '--quiet', '--no-out']
      for (const driver of ['net_af_packet0', 'net_af_xdp0']) {
        const args = [...run, '--tx', `dpdk:${driver},iface=${lab.link.near}`]
        expectRefusal(await nmgen(args, { through: asNobody() }), 4, 'no-permission', /CAP_NET_RAW/)
      }
      expect(await lab.counters()).toMatchObject({ rxPackets: 0 })
    } finally {
      await lab.dispose()
    }
  })

  it('is ready for loop all the same, without any right', async ctx => {
    const reason = await whyNotNobody()
    if (reason) ctx.skip(reason)
    const args = ['run', udp, '--count', '1000', '--no-out', '--json']
    const { code, stdout } = await nmgen(args, { through: asNobody() })
    expect(code).toBe(0)
    expect(JSON.parse(stdout).metrics).toMatchObject({ tx_packets: 1000, lost: 0 })
  })

  it('cannot take the results, which is found before anything is sent', async () => {
    await inFolder(async folder => {
      const file = join(folder, 'file')
      writeFileSync(file, 'kept')
      const ran = await nmgen(['run', udp, '--duration', '200ms', '--out', join(file, 'x')])
      expectRefusal(ran, 4, 'results-not-writable', /ENOTDIR/)
      expect(readFileSync(file, 'utf8')).toBe('kept')
    })
  })
})

describe('what a run lacks', () => {
  it('is memory', async ctx => {
    const missing = await whyNoTool('prlimit')
    if (missing) ctx.skip(missing)
    // More than Node maps for itself, less than the rings of eight queues.
    const through = ['prlimit', `--as=${4 * 2 ** 30}`]
    const rings = ['--tx', 'loop:x,slots=65536', '--queues', '8']
    const args = ['run', udp, '--count', '1', '--quiet', '--no-out', ...rings]
    expectRefusal(await nmgen(args, { through }), 4, 'no-memory', /no memory for the rings.*\n.*fewer slots/)
  })

  it('is memory of its control group, beyond which the kernel would kill it', async ctx => {
    const missing = await whyNoMemoryLimit()
    if (missing) ctx.skip(missing)
    await withMemoryLimit(400 * 2 ** 20, async through => {
      const rings = ['--tx', 'loop:x,slots=65536', '--queues', '2']
      const args = ['run', udp, '--count', '1', '--quiet', '--no-out']
      expectRefusal(await nmgen([...args, ...rings], { through }), 4, 'no-memory', /.*\n.*fewer slots/)
      expect((await nmgen([...args, '--tx', 'loop:x'], { through })).code).toBe(0)
    })
  })

  it('is a disk that can be written', async ctx => {
    if (process.getuid?.() !== 0) ctx.skip('only root can mount a disk')
    await inFolder(async folder => {
      const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'ro', 'nmgen', folder], { reject: false })
      if (mounted.failed) ctx.skip(`nothing can be mounted here: ${mounted.stderr}`)
      try {
        const ran = await nmgen(['run', udp, '--count', '1', '--quiet', '--out', join(folder, 'run')])
        expectRefusal(ran, 4, 'results-not-writable', /EROFS \(read-only file system\)/)
      } finally {
        await execa('umount', [folder])
      }
    })
  })
})

/** Nothing is ever sent on what leads out of this machine: these runs must end before a device is opened. */
describe('the interface of the default route', () => {
  const [route] = host.defaultRoute
  const drivers = ['net_af_packet0,iface=', 'net_af_xdp0,iface=', 'net_pcap0,iface=', 'net_pcap0,tx_iface=']
  const uris = [
    'afpacket:',
    'afxdp:',
    'xdp:',
    ...[...drivers, 'net_tap0,remote='].map(driver => `dpdk:${driver}`),
  ]

  it.for(uris)('is refused as %s', async (uri, ctx) => {
    if (route === undefined) ctx.skip('this machine has no default route')
    expectRefusal(await refused('--tx', `${uri}${route}`, '--count', '1'), 4, 'default-route', /leave/)
  })
})
