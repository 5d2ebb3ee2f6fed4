import { Files, parseCpuList } from './files.js'

/** CPUs by number, as the kernel counts them. */
export interface Cpus {
  online: number[]
  /** Those that this process may run on (affinity, cpuset). */
  allowed: number[]
  /** Those the scheduler leaves alone (`isolcpus=`): the best place for a queue. */
  isolated: number[]
  /** Online CPUs that share a core, one group a core. */
  cores: number[][]
  /** Of the slower kind, where a machine has two. */
  efficient: number[]
  /** NUMA node of each online CPU. */
  nodes: Record<number, number>
  /** CPUs' worth of time that the control group grants; null: no limit. */
  quota: number | null
}

export interface Hugepages {
  sizeKib: number
  total: number
  free: number
}

/** A capacity below this is another kind of core, not a favoured one of the same kind. */
const SLOW = 800

/** What nmgen wants to know of the machine. Plain data; null where the kernel does not say. */
export interface Host {
  kernel: string | null
  cpuModel: string | null
  cpus: Cpus
  hugepages: Hugepages[]
  governor: string | null
  clockSource: string | null
  /** Soft limit of locked memory in bytes; null: none. */
  memlockBytes: number | null
  root: boolean
  /** Numbers of the effective capabilities, see capability.h. */
  capabilities: number[]
  virtualMachine: boolean
  container: boolean
  /** Interfaces that lead out of this machine: nothing is ever sent on them unasked. */
  defaultRoute: string[]
}

/** Reads the machine from /proc and /sys under `root` (tests bring their own). Never throws. */
export function readHost(root = '/'): Host {
  const files = new Files(root)
  const status = files.table('proc/self/status')
  const cpuinfo = files.table('proc/cpuinfo')
  return {
    kernel: files.text('proc/sys/kernel/osrelease'),
    cpuModel: cpuinfo.get('model name') ?? cpuinfo.get('Model') ?? null,
    cpus: readCpus(files, status),
    hugepages: readHugepages(files),
    governor: files.text('sys/devices/system/cpu/cpu0/cpufreq/scaling_governor'),
    clockSource: files.text('sys/devices/system/clocksource/clocksource0/current_clocksource'),
    memlockBytes: readMemlock(files),
    root: status.get('Uid')?.split(/\s+/)[1] === '0',
    capabilities: bits(status.get('CapEff') || '0'),
    virtualMachine: cpuinfo.get('flags')?.split(' ').includes('hypervisor') ?? false,
    container: files.exists('.dockerenv') || files.exists('run/.containerenv'),
    defaultRoute: readDefaultRoute(files),
  }
}

function readCpus(files: Files, status: Map<string, string>): Cpus {
  const base = 'sys/devices/system'
  const online = parseCpuList(files.text(`${base}/cpu/online`) ?? '0')
  const siblings = online.map(
    cpu => files.text(`${base}/cpu/cpu${cpu}/topology/thread_siblings_list`) ?? `${cpu}`,
  )
  return {
    online,
    allowed: parseCpuList(status.get('Cpus_allowed_list') ?? online.join()).filter(cpu =>
      online.includes(cpu),
    ),
    isolated: parseCpuList(files.text(`${base}/cpu/isolated`) ?? ''),
    cores: [...new Set(siblings)].map(parseCpuList),
    efficient: readEfficient(files, online),
    nodes: Object.fromEntries(online.map(cpu => [cpu, nodeOf(files, `${base}/cpu/cpu${cpu}`)])),
    quota: readQuota(files),
  }
}

/** Arm and Linux 6.12 give each CPU a capacity, of which the fastest has 1024; Intel's hybrids list their E-cores. */
function readEfficient(files: Files, online: readonly number[]): number[] {
  const slow = parseCpuList(files.text('sys/devices/cpu_atom/cpus') ?? '')
  const capacity = (cpu: number) =>
    Number(files.text(`sys/devices/system/cpu/cpu${cpu}/cpu_capacity`) ?? 1024)
  return online.filter(cpu => slow.includes(cpu) || capacity(cpu) < SLOW)
}

function nodeOf(files: Files, cpuFolder: string): number {
  const link = files.list(cpuFolder).find(entry => /^node\d+$/.test(entry))
  return Number(link?.slice(4) ?? 0)
}

/** Control groups v2, then v1. */
function readQuota(files: Files): number | null {
  const v1 = ['quota', 'period'].map(name => files.text(`sys/fs/cgroup/cpu/cpu.cfs_${name}_us`) ?? '')
  const [quota, period] = (files.text('sys/fs/cgroup/cpu.max')?.split(' ') ?? v1).map(Number)
  return quota && period && quota > 0 ? quota / period : null
}

function readHugepages(files: Files): Hugepages[] {
  const base = 'sys/kernel/mm/hugepages'
  return files
    .list(base)
    .map(folder => ({
      sizeKib: Number(/\d+/.exec(folder)?.[0]),
      total: Number(files.text(`${base}/${folder}/nr_hugepages`)),
      free: Number(files.text(`${base}/${folder}/free_hugepages`)),
    }))
    .sort((a, b) => a.sizeKib - b.sizeKib)
}

function readMemlock(files: Files): number | null {
  const soft = /^Max locked memory\s+(\S+)/m.exec(files.text('proc/self/limits') ?? '')?.[1]
  return soft === undefined || soft === 'unlimited' ? null : Number(soft)
}

function readDefaultRoute(files: Files): string[] {
  const v4 = files.rows('proc/net/route').filter(row => row[1] === '00000000' && row[7] === '00000000')
  const v6 = files.rows('proc/net/ipv6_route').filter(row => /^0+$/.test(row[0] ?? '') && row[1] === '00')
  const names = [...v4.map(row => row[0]), ...v6.map(row => row[9])]
  return [...new Set(names)].filter(name => name !== undefined && name !== 'lo') as string[]
}

/** Positions of the bits that are set in a hexadecimal number. */
function bits(hex: string): number[] {
  const mask = BigInt(`0x${hex}`)
  return Array.from({ length: 64 }, (_, bit) => bit).filter(bit => (mask >> BigInt(bit)) & 1n)
}
