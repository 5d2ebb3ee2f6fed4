import type { Cpus, Host, Hugepages } from '../gen/host.js'
import type { BackendInfo } from '../gen/native.js'
import type { Tuning } from '../gen/tuning.js'
import { type Check, cpuList } from './doctor-check.js'
import { tuningChecks } from './doctor-tuning.js'

export interface Facts {
  nodeVersion: string
  /** The backends of the addon, or why it did not load. */
  backends: readonly BackendInfo[] | { error: string; hint: string }
  dpdkVersion: string | null
  /** That are installed, such as `net_ice`. */
  dpdkDrivers: readonly string[]
  host: Host
  tuning: Tuning
}

/** The backend that needs nothing: where it cannot run, nothing can. */
const defaultBackend = 'loop'

/** CAP_NET_ADMIN, CAP_NET_RAW and CAP_IPC_LOCK of capability.h. */
const capability = { netAdmin: 12, netRaw: 13, ipcLock: 14 }

const hugepageFix = 'sysctl vm.nr_hugepages=256'

export function diagnose(facts: Facts): Check[] {
  const { host } = facts
  return [
    { name: 'node', mark: 'ok', text: facts.nodeVersion },
    ...backendChecks(facts.backends),
    dpdkCheck(facts),
    cpuCheck(host.cpus),
    governorCheck(host.governor),
    clockCheck(host.clockSource),
    hugepageCheck(host.hugepages),
    memlockCheck(host),
    privilegeCheck(host),
    ...tuningChecks(facts.tuning, host.cpus),
    machineCheck(host),
    routeCheck(host.defaultRoute),
  ]
}

/** Can the default run be done here? */
export function isReady(checks: readonly Check[]): boolean {
  return checks.every(check => check.mark !== 'bad')
}

function backendChecks(backends: Facts['backends']): Check[] {
  if ('error' in backends) return [{ name: 'addon', mark: 'bad', text: backends.error, fix: backends.hint }]
  const addon: Check = { name: 'addon', mark: 'ok', text: `built, ${plural(backends.length, 'backend')}` }
  const absent: Check = {
    name: defaultBackend,
    mark: 'bad',
    text: 'the default backend is not part of this build',
    fix: 'npm rebuild',
  }
  const checks = [addon, ...backends.map(backendCheck)]
  return backends.some(backend => backend.name === defaultBackend) ? checks : [...checks, absent]
}

function backendCheck({ name, doc, available, reason, remedy }: BackendInfo): Check {
  if (available) return { name, mark: 'ok', text: doc }
  const mark = name === defaultBackend ? 'bad' : 'note'
  return { name, mark, text: reason ?? 'cannot run here', ...(remedy && { fix: remedy }) }
}

function dpdkCheck({ dpdkVersion, dpdkDrivers, backends }: Facts): Check {
  const name = 'libdpdk'
  if (dpdkVersion === null) {
    const fix = 'apt-get install libdpdk-dev dpdk-dev && npm rebuild'
    return { name, mark: 'note', text: 'no headers: the addon builds without the dpdk: backend', fix }
  }
  const unused = !('error' in backends) && !backends.some(backend => backend.name === 'dpdk')
  if (!unused) {
    const text = `${dpdkVersion} for building against, ${plural(dpdkDrivers.length, 'driver')}`
    if (dpdkDrivers.length > 0) return { name, mark: 'ok', text }
    return { name, mark: 'note', text: `${text}: no device opens`, fix: 'apt-get install libdpdk-dev' }
  }
  const text = `${dpdkVersion} is there, but the addon was built without it`
  return { name, mark: 'note', text, fix: 'npm rebuild' }
}

function cpuCheck({ online, allowed, isolated, quota, cores }: Cpus): Check {
  const text = [
    `${plural(online.length, 'CPU')} on ${plural(cores.length, 'core')}`,
    `${cpuList(allowed)} allowed`,
    isolated.length > 0 ? `${cpuList(isolated)} isolated` : 'none isolated',
  ].join(', ')
  if (quota !== null && quota < allowed.length)
    return {
      name: 'cpus',
      mark: 'note',
      text: `${text}, but the control group grants the time of ${quota}: queues will be stopped now and then`,
      fix: 'raise the CPU limit of this container',
    }
  if (allowed.length >= 3) return { name: 'cpus', mark: 'ok', text }
  return {
    name: 'cpus',
    mark: 'note',
    text: `${text}: with fewer than 3, sender, receiver and display share a CPU`,
    fix: 'give this machine more CPUs',
  }
}

function governorCheck(governor: string | null): Check {
  const name = 'governor'
  if (governor === null) return { name, mark: 'ok', text: 'the kernel does not set the CPU frequency here' }
  if (governor === 'performance') return { name, mark: 'ok', text: governor }
  return {
    name,
    mark: 'note',
    text: `${governor}: the CPU changes its speed`,
    fix: 'cpupower frequency-set -g performance',
  }
}

function clockCheck(source: string | null): Check {
  const name = 'clock'
  const fast = ['tsc', 'kvm-clock', 'hyperv_clocksource_tsc_page', 'arch_sys_counter']
  if (source === null) return { name, mark: 'note', text: 'the kernel does not name its clock source' }
  if (fast.includes(source)) return { name, mark: 'ok', text: source }
  const text = `${source}: each reading is slow, and latency coarse`
  return { name, mark: 'note', text, fix: 'boot with clocksource=tsc, where the CPU has an invariant one' }
}

function hugepageCheck(pools: readonly Hugepages[]): Check {
  const used = pools.filter(pool => pool.total > 0)
  const name = 'hugepages'
  const text = used
    .map(({ sizeKib, total, free }) => `${total} of ${mebibytes(sizeKib)} (${free} free)`)
    .join(', ')
  if (used.some(pool => pool.free > 0)) return { name, mark: 'ok', text }
  if (used.length > 0) return { name, mark: 'note', text: `${text}: all taken`, fix: hugepageFix }
  return { name, mark: 'note', text: 'none: DPDK runs with --no-huge, slower', fix: hugepageFix }
}

function memlockCheck({ memlockBytes, capabilities }: Host): Check {
  const name = 'memlock'
  if (memlockBytes === null) return { name, mark: 'ok', text: 'unlimited' }
  const text = `${Math.floor(memlockBytes / 1024)} KiB`
  if (capabilities.includes(capability.ipcLock))
    return { name, mark: 'ok', text: `${text}, not binding (CAP_IPC_LOCK)` }
  return { name, mark: 'note', text: `${text}: AF_XDP and DPDK may want more`, fix: 'ulimit -l unlimited' }
}

function privilegeCheck({ root, capabilities }: Host): Check {
  const name = 'privileges'
  const raw = capabilities.includes(capability.netRaw) && capabilities.includes(capability.netAdmin)
  if (raw) return { name, mark: 'ok', text: `${root ? 'root' : 'a user'} with CAP_NET_RAW and CAP_NET_ADMIN` }
  const text = `${root ? 'root without' : 'neither root nor'} CAP_NET_RAW and CAP_NET_ADMIN: no network interface can be opened`
  return {
    name,
    mark: 'note',
    text,
    fix: root ? 'start the container with --cap-add NET_RAW,NET_ADMIN' : 'use sudo',
  }
}

function machineCheck({ kernel, cpuModel, virtualMachine, container }: Host): Check {
  const text = [
    `Linux ${kernel ?? 'of unknown version'}`,
    cpuModel ?? 'unknown CPU',
    ...(virtualMachine ? ['virtual machine: neighbours may take its CPUs'] : []),
    ...(container ? ['container'] : []),
  ].join(', ')
  return { name: 'machine', mark: virtualMachine ? 'note' : 'ok', text }
}

function routeCheck(interfaces: readonly string[]): Check {
  const name = 'safety'
  if (interfaces.length === 0) return { name, mark: 'ok', text: 'no default route' }
  return {
    name,
    mark: 'ok',
    text: `${interfaces.join(', ')} leads out of this machine: never sent on unasked`,
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function mebibytes(kib: number): string {
  return kib >= 1024 * 1024 ? `${kib / 1024 / 1024} GiB` : kib >= 1024 ? `${kib / 1024} MiB` : `${kib} KiB`
}
