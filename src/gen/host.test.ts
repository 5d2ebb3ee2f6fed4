import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseCpuList } from './files.js'
import { readHost } from './host.js'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nmgen-host-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function host(files: Record<string, string>) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return readHost(root)
}

const cpu = 'sys/devices/system/cpu'
const status = (uid: number, capabilities: string, cpus: string) =>
  `Name:\tnode\nUid:\t1000\t${uid}\t${uid}\t${uid}\nCapEff:\t${capabilities}\nCpus_allowed_list:\t${cpus}\n`

describe('readHost', () => {
  it('reads CPUs: online, allowed, isolated, cores, nodes, quota', () => {
    const { cpus } = host({
      [`${cpu}/online`]: '0-3\n',
      [`${cpu}/isolated`]: '2-3\n',
      [`${cpu}/cpu0/topology/thread_siblings_list`]: '0,2\n',
      [`${cpu}/cpu1/topology/thread_siblings_list`]: '1,3\n',
      [`${cpu}/cpu2/topology/thread_siblings_list`]: '0,2\n',
      [`${cpu}/cpu3/topology/thread_siblings_list`]: '1,3\n',
      [`${cpu}/cpu3/node1/cpulist`]: '3\n',
      'sys/fs/cgroup/cpu.max': '150000 100000\n',
      'proc/self/status': status(0, '0', '0-1,3,9'),
    })
    expect(cpus).toEqual({
      online: [0, 1, 2, 3],
      allowed: [0, 1, 3],
      isolated: [2, 3],
      cores: [
        [0, 2],
        [1, 3],
      ],
      efficient: [],
      nodes: { 0: 0, 1: 0, 2: 0, 3: 1 },
      quota: 1.5,
    })
  })

  it('reads hugepages of each size, smallest first', () => {
    const base = 'sys/kernel/mm/hugepages'
    const { hugepages } = host({
      [`${base}/hugepages-1048576kB/nr_hugepages`]: '1\n',
      [`${base}/hugepages-1048576kB/free_hugepages`]: '0\n',
      [`${base}/hugepages-2048kB/nr_hugepages`]: '256\n',
      [`${base}/hugepages-2048kB/free_hugepages`]: '250\n',
    })
    expect(hugepages).toEqual([
      { sizeKib: 2048, total: 256, free: 250 },
      { sizeKib: 1048576, total: 1, free: 0 },
    ])
  })

  it('tells default routes, IPv4 and IPv6, from other routes', () => {
    const zero = '0'.repeat(32)
    const { defaultRoute } = host({
      'proc/net/route': [
        'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT',
        'wan0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
        'lan0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
        'vpn0\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0',
      ].join('\n'),
      'proc/net/ipv6_route': [
        `fe80${'0'.repeat(28)} 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001 lan0`,
        `${zero} 00 ${zero} 00 fe80${'0'.repeat(28)} 00000400 00000002 00000000 00000003 six0`,
        `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200 lo`,
      ].join('\n'),
    })
    expect(defaultRoute).toEqual(['wan0', 'six0'])
  })

  it('reads privileges, limits and where it runs', () => {
    const read = host({
      'proc/self/status': status(0, '0000000000003000', '0'),
      'proc/self/limits': 'Max locked memory         8388608              unlimited            bytes\n',
      'proc/cpuinfo': 'model name\t: Fast CPU\nflags\t\t: fpu hypervisor\n\nmodel name\t: Other\n',
      'proc/sys/kernel/osrelease': '6.1.0\n',
      'run/.containerenv': '',
    })
    expect(read).toMatchObject({
      root: true,
      capabilities: [12, 13],
      memlockBytes: 8388608,
      cpuModel: 'Fast CPU',
      virtualMachine: true,
      container: true,
      kernel: '6.1.0',
      governor: null,
    })
  })

  it('does without any of these files', () => {
    expect(host({})).toMatchObject({
      cpus: { online: [0], allowed: [0], quota: null },
      root: false,
      hugepages: [],
    })
  })

  it('reads the machine it runs on', () => {
    expect(readHost().cpus.allowed.length).toBeGreaterThan(0)
  })
})

describe('parseCpuList', () => {
  it.each([
    ['', []],
    ['5', [5]],
    ['0-2,8\n', [0, 1, 2, 8]],
  ])('%j', (list, cpus) => {
    expect(parseCpuList(list)).toEqual(cpus)
  })
})
