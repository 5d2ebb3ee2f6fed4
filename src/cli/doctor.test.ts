import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Interface } from '../gen/devices.js'
import type { Host } from '../gen/host.js'
import type { BackendInfo } from '../gen/native.js'
import type { Tuning } from '../gen/tuning.js'
import { plainStyle } from '../report/style.js'
import { type Check, cpuList } from './doctor-check.js'
import { diagnose, type Facts, isReady } from './doctor-checks.js'
import { changesFor, mend, undo } from './doctor-mend.js'
import { formatChecks } from './doctor-text.js'
import { nicCheck, queueCheck } from './doctor-tuning.js'

const loop: BackendInfo = { name: 'loop', doc: 'rings in this process', available: true, args: [] }
const host: Host = {
  kernel: '6.1.0',
  cpuModel: 'Fast CPU',
  cpus: {
    online: [0, 1, 2, 3],
    allowed: [0, 1, 2, 3],
    isolated: [],
    cores: [
      [0, 1],
      [2, 3],
    ],
    efficient: [],
    nodes: {},
    quota: null,
  },
  hugepages: [{ sizeKib: 2048, total: 256, free: 200 }],
  governor: 'performance',
  clockSource: 'tsc',
  memlockBytes: null,
  root: true,
  capabilities: [12, 13, 14],
  virtualMachine: false,
  container: false,
  defaultRoute: ['eth0'],
}
const tuning: Tuning = {
  iommuGroups: 12,
  noIommu: false,
  uio: false,
  hugetlbfs: ['/dev/hugepages'],
  freeByNode: { 0: 200 },
  smt: 'off',
  nohzFull: [2, 3],
  interruptsOnIsolated: 0,
  stealRatio: 0,
  invariantTsc: true,
  openFiles: 1_048_576,
}
const dpdk: BackendInfo = { ...loop, name: 'dpdk' }
const facts: Facts = {
  nodeVersion: '20.20.2',
  backends: [dpdk, loop],
  dpdkVersion: '22.11.11',
  dpdkDrivers: ['net_ice', 'net_null'],
  host,
  tuning,
}

function find(name: string, changed: Partial<Facts>, changedHost: Partial<Host> = {}): Check | undefined {
  return diagnose({ ...facts, ...changed, host: { ...host, ...changedHost } }).find(
    check => check.name === name,
  )
}

describe('doctor', () => {
  it('finds nothing to mend on a good machine', () => {
    expect(diagnose(facts).filter(check => check.mark !== 'ok' || check.fix)).toEqual([])
  })

  it('is ready as long as the loop can run', () => {
    const absent = { ...dpdk, available: false, reason: 'no hugepages', remedy: 'use --no-huge' }
    expect(isReady(diagnose({ ...facts, backends: [loop, absent] }))).toBe(true)
    expect(find('dpdk', { backends: [loop, absent] })).toEqual({
      name: 'dpdk',
      mark: 'note',
      text: 'no hugepages',
      fix: 'use --no-huge',
    })
  })

  it('is not ready without the addon, without the loop, or with a loop that cannot run', () => {
    const missing = { error: 'the native core is not built', hint: 'run `make`' }
    expect(find('addon', { backends: missing })).toMatchObject({ mark: 'bad', fix: 'run `make`' })
    expect(isReady(diagnose({ ...facts, backends: missing }))).toBe(false)
    expect(isReady(diagnose({ ...facts, backends: [] }))).toBe(false)
    expect(isReady(diagnose({ ...facts, backends: [{ ...loop, available: false }] }))).toBe(false)
  })

  it('says how to get what is missing', () => {
    expect(find('libdpdk', { dpdkVersion: null })?.fix).toBe(
      'apt-get install libdpdk-dev dpdk-dev && npm rebuild',
    )
    expect(find('libdpdk', {})?.text).toBe('22.11.11 for building against, 2 drivers')
    expect(find('libdpdk', { dpdkDrivers: [] })).toMatchObject({ mark: 'note', fix: expect.anything() })
    expect(find('hugepages', {}, { hugepages: [] })?.text).toBe('none: DPDK runs with --no-huge, slower')
    expect(find('hugepages', {}, { hugepages: [{ sizeKib: 2048, total: 4, free: 0 }] })?.mark).toBe('note')
    expect(find('privileges', {}, { root: false, capabilities: [] })?.fix).toBe('use sudo')
    expect(find('memlock', {}, { memlockBytes: 65536, capabilities: [] })?.text).toMatch(/^64 KiB:/)
    expect(find('governor', {}, { governor: 'powersave' })?.mark).toBe('note')
    expect(find('clock', {}, { clockSource: 'hpet' })?.mark).toBe('note')
  })

  it('warns of too few CPUs and of a quota', () => {
    const { cpus } = host
    expect(find('cpus', {}, { cpus: { ...cpus, allowed: [0, 3] } })?.text).toMatch(/0,3 allowed.*share a CPU/)
    expect(find('cpus', {}, { cpus: { ...cpus, quota: 1.5 } })?.text).toMatch(/grants the time of 1.5/)
  })

  it('prints one line a check and one a remedy', () => {
    const checks: Check[] = [
      { name: 'node', mark: 'ok', text: '20.20.2' },
      { name: 'hugepages', mark: 'note', text: 'none', fix: 'sysctl vm.nr_hugepages=256' },
      { name: 'addon', mark: 'bad', text: 'not built', fix: 'make' },
    ]
    expect(formatChecks(checks, plainStyle).split('\n')).toEqual([
      '✓ node       20.20.2',
      '! hugepages  none',
      '             fix: sysctl vm.nr_hugepages=256',
      '✗ addon      not built',
      '             fix: make',
    ])
    expect(formatChecks(checks, { ...plainStyle, unicode: false })).toMatch(/^ok {3}node .*\n! {4}huge/)
  })

  it('writes CPUs the kernel way', () => {
    expect(cpuList([3, 0, 1, 8, 2])).toBe('0-3,8')
    expect(cpuList([])).toBe('none')
  })

  it.each<[string, Partial<Tuning>, Partial<Host>, string]>([
    ['iommu', { iommuGroups: 0 }, {}, 'modprobe uio_pci_generic'],
    ['hugetlbfs', { hugetlbfs: [] }, {}, 'mount -t hugetlbfs nodev /dev/hugepages'],
    ['numa', { freeByNode: { 0: 9, 1: 0 } }, {}, 'node1/hugepages'],
    ['smt', { smt: 'on' }, {}, 'echo off > /sys/devices/system/cpu/smt/control'],
    ['nohz_full', { nohzFull: [] }, {}, 'isolcpus=1-3 nohz_full=1-3'],
    [
      'interrupts',
      { interruptsOnIsolated: 3 },
      { cpus: { ...host.cpus, isolated: [2] } },
      'smp_affinity_list',
    ],
    ['steal', { stealRatio: 0.2 }, {}, 'CPUs of its own'],
    ['nofile', { openFiles: 256 }, {}, 'ulimit -n 1024'],
  ])('tells what holds the machine back, and the command that mends it: %s', (name, change, changed, fix) => {
    const check = find(name, { tuning: { ...tuning, ...change } }, changed)
    expect(check).toMatchObject({ name, mark: 'note', fix: expect.stringContaining(fix) })
    expect(find(name, {})?.mark).toBe('ok')
  })

  it("says what interrupts a profile's queues, and where that could go instead", () => {
    expect(queueCheck([2, 3, 2], 0, host.cpus)).toEqual({
      name: 'queues',
      mark: 'ok',
      text: 'on CPUs 2-3, where no interrupt comes',
    })
    expect(queueCheck([2, 3], 5, host.cpus)).toEqual({
      name: 'queues',
      mark: 'note',
      text: 'on CPUs 2-3, to which 5 interrupts may come',
      fix: 'for irq in /proc/irq/[0-9]*; do echo 0-1 > $irq/smp_affinity_list; done',
    })
    expect(queueCheck([0, 1, 2, 3], 5, host.cpus)).not.toHaveProperty('fix')
  })

  it('says what a NIC can do', () => {
    const nic: Interface = {
      name: 'eth3',
      driver: 'ice',
      bus: '0000:03:00.0',
      mac: null,
      mtu: 1500,
      link: 'up',
      speedBps: 25e9,
      numaNode: 0,
      txQueues: 8,
      rxQueues: 8,
      ethernet: true,
    }
    const slot = { width: 8, maxWidth: 8, speed: '8.0 GT/s PCIe' }
    expect(nicCheck(nic, slot, '4.20')).toEqual({
      name: 'eth3',
      mark: 'ok',
      text: 'ice, firmware 4.20, 8 TX and 8 RX queues, up at 25 Gbit/s, PCIe x8 at 8.0 GT/s PCIe, driver knows AF_XDP without a copy',
    })
    expect(nicCheck(nic, { ...slot, width: 4 }, null)).toMatchObject({
      mark: 'note',
      fix: 'use a wider slot',
    })
    const down = nicCheck({ ...nic, driver: 'e1000', link: 'down', speedBps: null }, slot, null)
    expect(down).toMatchObject({ mark: 'note', fix: 'ip link set dev eth3 up' })
    expect(down.text).toContain('AF_XDP copies')
  })
})

describe('doctor --fix', () => {
  const pages = 'proc/sys/vm/nr_hugepages'
  const governor = 'sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'
  const inRoot = (work: (root: string, state: string) => void) => {
    const root = mkdtempSync(join(tmpdir(), 'nmgen-mend-'))
    for (const [file, text] of [
      [pages, '0\n'],
      [governor, 'powersave\n'],
    ] as const) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), text)
    }
    try {
      work(root, join(root, 'state/doctor.json'))
    } finally {
      rmSync(root, { recursive: true })
    }
  }
  const poor = { ...host, hugepages: [] }
  const read = (root: string, file: string) => readFileSync(join(root, file), 'utf8').trim()

  it('changes what is not as it should be, and --undo takes it back, however often it was called', () =>
    inRoot((root, state) => {
      const changes = changesFor(poor, root)
      expect(changes.map(({ file }) => file)).toEqual([pages, governor])
      mend(changes, state, root)
      expect([read(root, pages), read(root, governor)]).toEqual(['256', 'performance'])
      expect(changesFor(poor, root)).toEqual([])
      writeFileSync(join(root, governor), 'ondemand')
      mend(changesFor(poor, root), state, root)
      undo(state, root)
      expect([read(root, pages), read(root, governor)]).toEqual(['0', 'powersave'])
      expect(undo(state, root)).toEqual([])
    }))

  it('leaves hugepages alone where some are free', () =>
    inRoot(root => expect(changesFor(host, root).map(({ file }) => file)).toEqual([governor])))

  it('says why it could not', () =>
    inRoot((root, state) => {
      const gone = [{ file: 'no/such/file', from: '0', to: '1' }]
      const failed = expect.objectContaining({ code: 'not-mended', exit: 4 })
      expect(() => mend(gone, state, root)).toThrow(failed)
    }))
})
