/** What of this machine decides how fast and how steadily packets are sent, beside its devices. As the kernel says it. */
import { ticksOf } from './cpu-times.js'
import { Files, parseCpuList } from './files.js'

export interface Tuning {
  iommuGroups: number
  /** vfio without an IOMMU is switched on, as virtual machines need it. */
  noIommu: boolean
  /** uio_pci_generic is loaded, which needs no IOMMU. */
  uio: boolean
  /** Where hugetlbfs is mounted. */
  hugetlbfs: string[]
  /** Hugepages of every size that are free on each NUMA node. */
  freeByNode: Record<number, number>
  /** As /sys/devices/system/cpu/smt/control: on, off, forceoff, notsupported. */
  smt: string | null
  nohzFull: number[]
  /** Interrupts that may come to an isolated CPU. */
  interruptsOnIsolated: number
  /** Since boot, of all CPU time. */
  stealRatio: number | null
  /** Its rate is the same at every frequency and in every idle state. */
  invariantTsc: boolean | null
  /** Soft limit; null: none. */
  openFiles: number | null
}

const cpuFolder = 'sys/devices/system/cpu'

export function readTuning(root = '/'): Tuning {
  const files = new Files(root)
  const isolated = parseCpuList(files.text(`${cpuFolder}/isolated`) ?? '')
  return {
    iommuGroups: files.list('sys/kernel/iommu_groups').length,
    noIommu: files.text('sys/module/vfio/parameters/enable_unsafe_noiommu_mode') === 'Y',
    uio: files.exists('sys/module/uio_pci_generic'),
    hugetlbfs: files.rows('proc/self/mounts').flatMap(row => (row[2] === 'hugetlbfs' ? [row[1]!] : [])),
    freeByNode: readFreeByNode(files),
    smt: files.text(`${cpuFolder}/smt/control`),
    nohzFull: parseCpuList(files.text(`${cpuFolder}/nohz_full`)?.replace('(null)', '') ?? ''),
    interruptsOnIsolated: interruptsOn(isolated, root),
    stealRatio: readSteal(files),
    invariantTsc: readTsc(files),
    openFiles: readOpenFiles(files),
  }
}

function readFreeByNode(files: Files): Tuning['freeByNode'] {
  const nodes = files.list('sys/devices/system/node').filter(entry => /^node\d+$/.test(entry))
  return Object.fromEntries(
    nodes.map(node => {
      const base = `sys/devices/system/node/${node}/hugepages`
      const free = files.list(base).map(size => Number(files.text(`${base}/${size}/free_hugepages`)))
      return [Number(node.slice(4)), free.reduce((sum, n) => sum + n, 0)]
    }),
  )
}

/** How many interrupts may come to one of these CPUs. */
export function interruptsOn(cpus: readonly number[], root = '/'): number {
  const files = new Files(root)
  const targets = (irq: string) =>
    parseCpuList(
      files.text(`proc/irq/${irq}/effective_affinity_list`) ??
        files.text(`proc/irq/${irq}/smp_affinity_list`) ??
        '',
    )
  const numbers = files.list('proc/irq').filter(entry => /^\d+$/.test(entry))
  return numbers.filter(irq => targets(irq).some(cpu => cpus.includes(cpu))).length
}

function readSteal(files: Files): number | null {
  const [, ...columns] = files.rows('proc/stat').find(([name]) => name === 'cpu') ?? []
  const { total, steal } = ticksOf(columns)
  return total > 0 ? steal / total : null
}

/** null: not an x86, or the kernel does not say. */
function readTsc(files: Files): boolean | null {
  const flags = files.table('proc/cpuinfo').get('flags')?.split(' ')
  return flags === undefined ? null : flags.includes('constant_tsc') && flags.includes('nonstop_tsc')
}

function readOpenFiles(files: Files): number | null {
  const soft = /^Max open files\s+(\S+)/m.exec(files.text('proc/self/limits') ?? '')?.[1]
  return soft === undefined || soft === 'unlimited' ? null : Number(soft)
}
