/** Which CPU each worker gets, and why: plain data in, plain data out. */
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Cpus } from './host.js'

/** What is known of a worker before it has a CPU. */
export interface Placed {
  port: string
  /** NUMA node of the port's device; null: it has none, or the machine has but one. */
  node: number | null
}

export interface CpuChoice {
  /** One for each worker, in the order TX queues, then RX queues. */
  cpus: readonly number[]
  /** Why each is what it is, in a few words. */
  reasons: readonly string[]
  warnings: readonly { code: string; message: string; advice?: string }[]
}

export type Host = Pick<Cpus, 'allowed' | 'isolated' | 'cores' | 'nodes' | 'efficient'>

/**
 * A CPU for each worker: those asked for, in their order, else for one worker after the other the best that is left. What
 * counts, in this order: nobody else on it; left alone by the scheduler (`isolcpus=`); not the CPU of the main thread
 * (live view, signals); no hyper-thread of a core that works already, which would halve both; the NUMA node of the port,
 * whose memory the device writes into; the faster kind of core.
 */
export function chooseCpus(
  workers: readonly Placed[],
  asked: readonly number[] | null,
  host: Host,
): CpuChoice {
  if (asked) checkAsked(asked, host.allowed)
  const cpus = asked ? workers.map((_, k) => asked[k % asked.length]!) : best(workers, host)
  const reasons = workers.map((worker, k) => (asked ? 'as asked' : reasonOf(worker, k, cpus, host)))
  return { cpus, reasons, warnings: [...crowded(cpus, asked, host), ...far(workers, cpus, host)] }
}

function checkAsked(asked: readonly number[], allowed: readonly number[]): void {
  const missing = asked.find(cpu => !allowed.includes(cpu))
  if (missing === undefined) return
  throw new NmgenError(
    'no-such-cpu',
    `CPU ${missing} does not exist here, or this process may not use it`,
    Exit.environment,
    `the CPUs to choose from are ${allowed.join(', ')}`,
  )
}

function best(workers: readonly Placed[], host: Host): number[] {
  const chosen: number[] = []
  for (const worker of workers) {
    const ranked = host.allowed.map(cpu => ({ cpu, rank: rankOf(cpu, worker, chosen, host) }))
    chosen.push(ranked.reduce((a, b) => (isBelow(b.rank, a.rank) ? b : a)).cpu)
  }
  return chosen
}

/** The smaller, the better; the first number that differs decides. */
const rankOf = (cpu: number, { node }: Placed, chosen: readonly number[], host: Host): number[] => [
  chosen.filter(one => one === cpu).length,
  Number(!host.isolated.includes(cpu)),
  Number(cpu === mainCpu(host)),
  siblings(cpu, [...chosen, mainCpu(host)], host).length,
  Number(node !== null && host.nodes[cpu] !== node),
  Number(host.efficient.includes(cpu)),
]

function isBelow(a: readonly number[], b: readonly number[]): boolean {
  const k = a.findIndex((value, i) => value !== b[i])
  return k >= 0 && a[k]! < b[k]!
}

/** Where the main thread and the interrupts of most machines are: the first that the scheduler may use. */
const mainCpu = ({ allowed, isolated }: Host): number =>
  allowed.find(cpu => !isolated.includes(cpu)) ?? allowed[0]!

/** Those of `cpus` that are other hyper-threads of its core. */
function siblings(cpu: number, cpus: readonly number[], { cores }: Host): number[] {
  const core = cores.find(one => one.includes(cpu)) ?? []
  return cpus.filter(other => other !== cpu && core.includes(other))
}

function reasonOf({ node }: Placed, k: number, cpus: readonly number[], host: Host): string {
  const cpu = cpus[k]!
  const [twin] = siblings(cpu, cpus, host)
  const place = node === null ? '' : host.nodes[cpu] === node ? `, node ${node} as its port` : ''
  if (cpus.filter(one => one === cpu).length > 1) return 'by turns with others'
  if (twin !== undefined) return `the core of CPU ${twin}${place}`
  const isolated = host.isolated.includes(cpu)
  if (cpu === mainCpu(host) && !isolated) return `with the main thread${place}`
  const kind = host.efficient.includes(cpu) ? 'a slower core' : 'a core of its own'
  return `${isolated ? 'isolated' : kind}${place}`
}

function crowded(
  cpus: readonly number[],
  asked: readonly number[] | null,
  host: Host,
): CpuChoice['warnings'] {
  const different = new Set(cpus).size
  if (different < cpus.length)
    return [
      {
        code: 'cpus-shared',
        message: `${cpus.length} queues share ${different} CPUs: they take turns, and neither rate nor latency is what a CPU each would give`,
        advice: 'use fewer queues, or give more CPUs with --cores',
      },
    ]
  const twins = cpus.filter(cpu => siblings(cpu, cpus, host).length > 0)
  const found = twins.length === 0 ? [] : [coreShared(twins)]
  if (asked || !cpus.includes(mainCpu(host)) || host.isolated.includes(mainCpu(host))) return found
  const message = `the main thread shares CPU ${mainCpu(host)} with a queue: there are only ${host.allowed.length} CPUs`
  return [...found, { code: 'no-spare-cpu', message }]
}

const coreShared = (twins: readonly number[]) => ({
  code: 'cores-shared',
  message: `CPUs ${twins.join(', ')} are hyper-threads of fewer cores: queues on them slow each other down`,
  advice: 'use fewer queues, or name one CPU of each core with --cores',
})

/** A queue on another node than its device fetches every packet across. */
function far(workers: readonly Placed[], cpus: readonly number[], { nodes }: Host): CpuChoice['warnings'] {
  const away = workers.flatMap(({ port, node }, k) =>
    node === null || nodes[cpus[k]!] === node ? [] : [{ port, node, cpu: cpus[k]! }],
  )
  const [first] = away
  if (!first) return []
  const message = `CPU ${first.cpu} is on NUMA node ${nodes[first.cpu]}, but port ${first.port}, which it works for, on node ${first.node}${away.length > 1 ? ` (and ${away.length - 1} more)` : ''}`
  return [{ code: 'cpu-on-other-node', message, advice: `give CPUs of node ${first.node} with --cores` }]
}
