import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'

export interface CpuChoice {
  /** One for each worker, in the order TX queues, then RX queues. */
  cpus: readonly number[]
  warnings: readonly { code: string; message: string; advice?: string }[]
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

/**
 * A CPU for each worker: those asked for, else the isolated ones, else all but the first where there are enough,
 * so that the main thread (live view, signals) disturbs no loop.
 */
export function chooseCpus(
  workers: number,
  asked: readonly number[] | null,
  host: { allowed: readonly number[]; isolated: readonly number[] },
): CpuChoice {
  if (asked) checkAsked(asked, host.allowed)
  const isolated = host.isolated.filter(cpu => host.allowed.includes(cpu))
  const spare = host.allowed.length > workers ? host.allowed.slice(1) : [...host.allowed].reverse()
  const pool = asked ?? (isolated.length >= workers ? isolated : spare)
  const cpus = Array.from({ length: workers }, (_, k) => pool[k % pool.length]!)
  const warnings = []
  if (pool.length < workers)
    warnings.push({
      code: 'cpus-shared',
      message: `${workers} queues share ${pool.length} CPUs: they take turns, and neither rate nor latency is what a CPU each would give`,
      advice: 'use fewer queues, or give more CPUs with --cores',
    })
  else if (!asked && host.allowed.length <= workers)
    warnings.push({
      code: 'no-spare-cpu',
      message: `the main thread shares CPU ${cpus.at(-1)} with a queue: there are only ${host.allowed.length} CPUs`,
    })
  return { cpus, warnings }
}
