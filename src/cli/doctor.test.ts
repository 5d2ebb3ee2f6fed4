import { describe, expect, it } from 'vitest'
import type { Host } from '../gen/host.js'
import type { BackendInfo } from '../gen/native.js'
import { plainStyle } from '../report/style.js'
import { formatChecks } from './doctor.js'
import { type Check, cpuList, diagnose, type Facts, isReady } from './doctor-checks.js'

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
const dpdk: BackendInfo = { ...loop, name: 'dpdk' }
const facts: Facts = { nodeVersion: '20.20.2', backends: [dpdk, loop], dpdkVersion: '22.11.11', host }

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
})
