import type { Interface } from '../gen/devices.js'
import type { Cpus } from '../gen/host.js'
import type { Tuning } from '../gen/tuning.js'
import { type Check, cpuList } from './doctor-check.js'

/** Below it, neighbours on the same hardware do not show in a rate. */
const MUCH_STEAL = 0.01
/** Each queue of AF_XDP and netmap holds a few; DPDK in files one for each page. */
const FEW_FILES = 1024

export function tuningChecks(tuning: Tuning, cpus: Cpus): Check[] {
  return [
    iommu(tuning),
    hugetlbfs(tuning),
    nodes(tuning),
    smt(tuning),
    ticks(tuning, cpus),
    interrupts(tuning, cpus),
    steal(tuning),
    tsc(tuning),
    openFiles(tuning),
  ]
}

function iommu({ iommuGroups, noIommu, uio }: Tuning): Check {
  const name = 'iommu'
  if (iommuGroups > 0) return { name, mark: 'ok', text: `${iommuGroups} groups` }
  if (noIommu) return { name, mark: 'ok', text: 'none, and vfio may do without' }
  if (uio) return { name, mark: 'ok', text: 'none: nmgen bind --driver uio_pci_generic does without' }
  // Kernels such as Debian's have no vfio without an IOMMU (VFIO_NOIOMMU).
  const text = 'none: vfio-pci takes no NIC for DPDK, uio_pci_generic would'
  return { name, mark: 'note', text, fix: 'modprobe uio_pci_generic' }
}

function hugetlbfs({ hugetlbfs }: Tuning): Check {
  const name = 'hugetlbfs'
  if (hugetlbfs.length > 0) return { name, mark: 'ok', text: `mounted on ${hugetlbfs.join(', ')}` }
  const fix = 'mkdir -p /dev/hugepages && mount -t hugetlbfs nodev /dev/hugepages'
  return { name, mark: 'note', text: 'not mounted: DPDK finds no hugepages', fix }
}

function nodes({ freeByNode }: Tuning): Check {
  const name = 'numa'
  const all = Object.entries(freeByNode)
  const text = all.map(([node, free]) => `node ${node}: ${free} hugepages free`).join(', ')
  const [poor] = all.find(([, free]) => free === 0) ?? []
  if (all.length < 2 || poor === undefined || all.every(([, free]) => free === 0))
    return { name, mark: 'ok', text: text || 'one node' }
  const fix = `echo 256 > /sys/devices/system/node/node${poor}/hugepages/hugepages-2048kB/nr_hugepages`
  return { name, mark: 'note', text: `${text}: a NIC of node ${poor} has its memory far away`, fix }
}

function smt({ smt }: Tuning): Check {
  const name = 'smt'
  if (smt !== 'on') return { name, mark: 'ok', text: smt ?? 'the kernel does not say' }
  const text = 'on: two queues on one core share it'
  return { name, mark: 'note', text, fix: 'echo off > /sys/devices/system/cpu/smt/control' }
}

function ticks({ nohzFull }: Tuning, { isolated, allowed }: Cpus): Check {
  const name = 'nohz_full'
  if (nohzFull.length > 0) return { name, mark: 'ok', text: cpuList(nohzFull) }
  const best = isolated.length > 0 ? isolated : allowed.slice(1)
  const text = 'none: the timer interrupts each queue up to 1,000 times a second'
  if (best.length === 0) return { name, mark: 'note', text }
  const list = cpuList(best)
  return { name, mark: 'note', text, fix: `boot with isolcpus=${list} nohz_full=${list} rcu_nocbs=${list}` }
}

function interrupts({ interruptsOnIsolated: count }: Tuning, { isolated }: Cpus): Check {
  const name = 'interrupts'
  if (isolated.length === 0) return { name, mark: 'ok', text: 'no CPU is isolated from them' }
  if (count === 0) return { name, mark: 'ok', text: `none on ${cpuList(isolated)}` }
  return {
    name,
    mark: 'note',
    text: `${count} may come to the isolated CPUs ${cpuList(isolated)}`,
    fix: moveInterrupts('0'),
  }
}

/** Of the CPUs that a profile's queues would run on: what interrupts them, and where it could go instead. */
export function queueCheck(queues: readonly number[], count: number, { online }: Cpus): Check {
  const name = 'queues'
  const own = [...new Set(queues)]
  const others = online.filter(cpu => !own.includes(cpu))
  if (count === 0) return { name, mark: 'ok', text: `on CPUs ${cpuList(own)}, where no interrupt comes` }
  const text = `on CPUs ${cpuList(own)}, to which ${count} interrupts may come`
  if (others.length === 0) return { name, mark: 'note', text }
  return { name, mark: 'note', text, fix: moveInterrupts(cpuList(others)) }
}

const moveInterrupts = (to: string): string =>
  `for irq in /proc/irq/[0-9]*; do echo ${to} > $irq/smp_affinity_list; done`

function steal({ stealRatio }: Tuning): Check {
  const name = 'steal'
  if (stealRatio === null) return { name, mark: 'ok', text: 'the kernel does not say' }
  const text = `${(100 * stealRatio).toFixed(1)} % of CPU time since boot went to others on this hardware`
  if (stealRatio < MUCH_STEAL) return { name, mark: 'ok', text }
  return { name, mark: 'note', text, fix: 'give this machine CPUs of its own' }
}

function tsc({ invariantTsc }: Tuning): Check {
  const name = 'tsc'
  if (invariantTsc !== false)
    return { name, mark: 'ok', text: invariantTsc ? 'invariant' : 'the kernel does not say' }
  return { name, mark: 'note', text: 'not invariant: cycles per packet mean little' }
}

function openFiles({ openFiles }: Tuning): Check {
  const name = 'nofile'
  if (openFiles === null) return { name, mark: 'ok', text: 'unlimited' }
  const text = `${openFiles} open files`
  if (openFiles >= FEW_FILES) return { name, mark: 'ok', text }
  return { name, mark: 'note', text: `${text}: many queues need more`, fix: `ulimit -n ${FEW_FILES}` }
}

/** Drivers whose AF_XDP sockets need no copy (ndo_xsk_wakeup in Linux 6.12). */
const ZERO_COPY = [
  'i40e',
  'ice',
  'igb',
  'igc',
  'ixgbe',
  'mlx5_core',
  'stmmaceth',
  'virtio_net',
  'gve',
  'idpf',
]

export interface Slot {
  width: number | null
  maxWidth: number | null
  speed: string | null
}

/** One line a NIC; what has no hardware is listed by `nmgen ports`. */
export function nicCheck(nic: Interface, slot: Slot, firmware: string | null): Check {
  const { name, driver, txQueues, rxQueues, link, speedBps } = nic
  const { width, maxWidth, speed } = slot
  const text = [
    driver,
    ...(firmware ? [`firmware ${firmware}`] : []),
    `${txQueues} TX and ${rxQueues} RX queues`,
    speedBps === null ? link : `${link} at ${speedBps / 1e9} Gbit/s`,
    ...(width !== null && width > 0 ? [`PCIe x${width}${speed ? ` at ${speed}` : ''}`] : []),
    ZERO_COPY.includes(driver) ? 'driver knows AF_XDP without a copy' : 'AF_XDP copies',
  ].join(', ')
  if (width !== null && maxWidth !== null && width < maxWidth && width > 0)
    return { name, mark: 'note', text: `${text}: the device could use x${maxWidth}`, fix: 'use a wider slot' }
  if (link === 'down') return { name, mark: 'note', text, fix: `ip link set dev ${name} up` }
  return { name, mark: 'ok', text }
}
