/** Machines for tests of placement: their /sys as it was read there, cut to what nmgen looks at. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseCpuList } from './files.js'

export interface Topology {
  online: string
  isolated?: string
  /** Hyper-threads of each core, as thread_siblings_list has them; a CPU that is not named is a core of its own. */
  siblings?: readonly string[]
  /** CPUs of each NUMA node. */
  nodes?: readonly string[]
  /** Intel's E-cores. */
  atom?: string
  allowed?: string
}

/** Two Xeon Silver 4210: ten cores each, hyper-threads numbered behind all cores. */
export const twoSockets: Topology = {
  online: '0-39',
  siblings: Array.from({ length: 20 }, (_, core) => `${core},${core + 20}`),
  nodes: ['0-9,20-29', '10-19,30-39'],
}

/** A Core i7-1260P: four cores of two threads, numbered side by side, and eight E-cores. */
export const hybridLaptop: Topology = {
  online: '0-15',
  siblings: ['0-1', '2-3', '4-5', '6-7'],
  nodes: ['0-15'],
  atom: '8-15',
}

/** Two virtual CPUs of an EPYC, a core each. */
export const smallVm: Topology = { online: '0-1', nodes: ['0-1'] }

export function topologyFiles({ online, isolated, siblings = [], nodes = [], atom, allowed }: Topology) {
  const cpu = 'sys/devices/system/cpu'
  const files: Record<string, string> = {
    [`${cpu}/online`]: online,
    [`${cpu}/isolated`]: isolated ?? '',
    'proc/self/status': `Cpus_allowed_list:\t${allowed ?? online}\n`,
    ...(atom && { 'sys/devices/cpu_atom/cpus': atom }),
  }
  for (const list of siblings)
    for (const one of parseCpuList(list)) files[`${cpu}/cpu${one}/topology/thread_siblings_list`] = list
  for (const [node, list] of nodes.entries())
    for (const one of parseCpuList(list)) files[`${cpu}/cpu${one}/node${node}/cpulist`] = list
  return files
}

/** Runs `use` with a root folder that holds the files and links (`path -> target`), and removes it. */
export function withRoot<T>(
  files: Readonly<Record<string, string>>,
  use: (root: string) => T,
  links: Readonly<Record<string, string>> = {},
): T {
  const root = mkdtempSync(join(tmpdir(), 'nmgen-root-'))
  const at = (path: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    return join(root, path)
  }
  try {
    for (const [path, text] of Object.entries(files)) writeFileSync(at(path), `${text}\n`)
    for (const [path, target] of Object.entries(links)) symlinkSync(target, at(path))
    return use(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}
