import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { interruptsOn, readTuning } from './tuning.js'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nmgen-tuning-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function tuning(files: Record<string, string>) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return readTuning(root)
}

it('reads what the kernel says', () => {
  const cpu = 'sys/devices/system/cpu'
  expect(
    tuning({
      'sys/kernel/iommu_groups/0/type': 'DMA\n',
      'sys/module/vfio/parameters/enable_unsafe_noiommu_mode': 'Y\n',
      'sys/module/uio_pci_generic/version': '0.01.0\n',
      'proc/self/mounts': 'nodev /dev/hugepages hugetlbfs rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n',
      'sys/devices/system/node/node0/hugepages/hugepages-2048kB/free_hugepages': '7\n',
      'sys/devices/system/node/node1/hugepages/hugepages-2048kB/free_hugepages': '0\n',
      [`${cpu}/smt/control`]: 'on\n',
      [`${cpu}/isolated`]: '2-3\n',
      [`${cpu}/nohz_full`]: '2-3\n',
      'proc/irq/24/effective_affinity_list': '2\n',
      'proc/irq/25/effective_affinity_list': '0\n',
      'proc/irq/26/smp_affinity_list': '0-3\n',
      'proc/stat': 'cpu 100 0 100 700 0 0 0 100 50 0\ncpu0 1\n',
      'proc/cpuinfo': 'flags\t\t: fpu constant_tsc nonstop_tsc\n',
      'proc/self/limits': 'Max open files            1024                 4096                 files\n',
    }),
  ).toEqual({
    iommuGroups: 1,
    noIommu: true,
    uio: true,
    hugetlbfs: ['/dev/hugepages'],
    freeByNode: { 0: 7, 1: 0 },
    smt: 'on',
    nohzFull: [2, 3],
    interruptsOnIsolated: 2,
    stealRatio: 0.1,
    invariantTsc: true,
    openFiles: 1024,
  })
})

it('counts the interrupts of any CPUs', () => {
  tuning({
    'proc/irq/24/effective_affinity_list': '2\n',
    'proc/irq/25/smp_affinity_list': '0-1\n',
    'proc/irq/26/effective_affinity_list': '3\n',
  })
  expect([[2], [0, 3], [4], []].map(cpus => interruptsOn(cpus, root))).toEqual([1, 2, 0, 0])
})

it('is silent where the kernel is', () => {
  expect(tuning({})).toMatchObject({ smt: null, stealRatio: null, invariantTsc: null, openFiles: null })
  expect(tuning({ 'sys/devices/system/cpu/nohz_full': '(null)\n' }).nohzFull).toEqual([])
})
