/**
 * Who else used the CPUs of a run's queues while packets were sent: what the kernel says of each CPU, less the time of
 * this process' own threads there (proc(5): /proc/stat, /proc/PID/task/TID/stat).
 */
import { Files } from './files.js'
import type { CpuTime } from './snapshot.js'

const EVERY_MS = 100
/** USER_HZ of both files: 100 on every Linux that Node runs on. */
const HZ = 100

/** At one moment, in ticks. */
export interface CpuTicks {
  /** Of each CPU. Interrupts are in `total` only: on a sender's CPU they are mostly its own device's. */
  cpus: ReadonlyMap<number, { total: number; busy: number; steal: number }>
  /** Of each thread of this process, by its id, and the CPU on which it ran last. */
  threads: ReadonlyMap<string, { cpu: number; busy: number }>
}

export const readTicks = (files: Files): CpuTicks => ({ cpus: readCpus(files), threads: readThreads(files) })

function readCpus(files: Files): CpuTicks['cpus'] {
  const rows = files.rows('proc/stat').filter(([name]) => /^cpu\d+$/.test(name!))
  return new Map(rows.map(([name, ...columns]) => [Number(name!.slice(3)), ticksOf(columns)]))
}

/** Of a row of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal; guest time behind them is part of user's. */
export function ticksOf(columns: readonly string[]): { total: number; busy: number; steal: number } {
  const ticks = columns.slice(0, 8).map(Number)
  const [user = 0, nice = 0, system = 0, , , , , steal = 0] = ticks
  return { total: ticks.reduce((sum, n) => sum + n, 0), busy: user + nice + system, steal }
}

function readThreads(files: Files): CpuTicks['threads'] {
  const found = files.list('proc/self/task').flatMap(id => {
    // The name stands in parentheses and may hold anything. What follows begins with field 3.
    const text = files.text(`proc/self/task/${id}/stat`)
    const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? []
    const field = (number: number) => Number(fields[number - 3])
    return fields.length > 39 - 3 ? [[id, { cpu: field(39), busy: field(14) + field(15) }] as const] : []
  })
  return new Map(found)
}

/** Of those of `cpus` that both moments know. */
export function timesBetween(first: CpuTicks, last: CpuTicks, cpus: readonly number[]): CpuTime[] {
  return cpus.flatMap(cpu => {
    const [before, after] = [first.cpus.get(cpu), last.cpus.get(cpu)]
    if (!before || !after || after.total <= before.total) return []
    const others = after.busy - before.busy - ownTicks(first, last, cpu)
    return {
      cpu,
      seconds: (after.total - before.total) / HZ,
      stealSeconds: (after.steal - before.steal) / HZ,
      othersSeconds: Math.max(0, others) / HZ,
    }
  })
}

function ownTicks(first: CpuTicks, last: CpuTicks, cpu: number): number {
  const there = [...last.threads].filter(([, thread]) => thread.cpu === cpu)
  return there.reduce((sum, [id, { busy }]) => sum + busy - (first.threads.get(id)?.busy ?? 0), 0)
}

/** Looks now and then while packets are sent: a thread that has ended takes the account of its time with it. */
export class CpuWatch {
  #first: CpuTicks | undefined
  #last: CpuTicks | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(
    private readonly isSending: () => boolean,
    private readonly files = new Files('/'),
  ) {}

  start(): void {
    this.#first = readTicks(this.files)
    this.#timer = setInterval(() => this.look(), EVERY_MS)
  }

  look(): void {
    const ticks = readTicks(this.files)
    if (this.isSending()) this.#last = ticks
  }

  pause(): void {
    clearInterval(this.#timer)
  }

  /** Ends it; nothing of a run too short to be looked at. */
  stop(cpus: readonly number[]): CpuTime[] {
    this.pause()
    return this.#first && this.#last ? timesBetween(this.#first, this.#last, cpus) : []
  }
}
