/** The worker threads of a run: started together, stopped together, and a death of one noticed. */
import { Worker } from 'node:worker_threads'
import type { CpuChoice } from './cpus.js'
import { inTime, leaveWithout } from './hung.js'
import { type NativeFailure, native } from './native.js'
import { Cell, State } from './page-cells.js'
import type { Queue } from './queues.js'
import type { WorkerReport, WorkerTask } from './worker.js'

/** How long devices and threads may take to be ready, and loops to end when told to. */
const READY_MS = 30_000
const POLL_MS = 1
/** Between "all are ready" and the first packet: time for every loop to see the word. */
const LEAD_NS = 2_000_000n
/** The dead man's handle: for so long senders and receivers go on without hearing of this thread, which says so more often. */
const ATTENDED_NS = 5_000_000_000n
const ATTEND_MS = 200

interface Member {
  queue: Queue
  cpu: number
  reason: string
  ended: Promise<NativeFailure | null>
  worker: Worker
}

/** How long after the end of a run its senders may still send what is late. */
const LATE_MS = 1000

const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

function died(queue: Queue, why: string): NativeFailure {
  return {
    code: 'worker-died',
    message: `the worker of ${queue.direction.toUpperCase()} queue ${queue.queue} on ${queue.port.name} died: ${why}`,
    hint: 'this is a bug in nmgen; what was counted until then is in the result',
  }
}

/** A thread without a task yet. */
interface Hand {
  worker: Worker
  /** How it ended its task, or why it could not. */
  ended: Promise<WorkerReport | { died: string }>
}

function newHand(): Hand {
  const worker = new Worker(new URL('./worker.js', import.meta.url))
  const ended: Hand['ended'] = new Promise(resolve => {
    worker.once('message', resolve)
    worker.once('error', error => resolve({ died: error.message }))
    worker.once('exit', code => resolve(code === 0 ? { failure: null } : { died: `exit code ${code}` }))
  })
  return { worker, ended }
}

/** Called in for a run that may never come: they keep no process alive. */
const waiting: Hand[] = []

/**
 * Threads load their code while a profile is read. It is not known yet how many it needs; `hire` gets the others, and sends
 * home whom nobody needs.
 */
export function callIn(count: number): void {
  for (let k = 0; k < count; k++) {
    const hand = newHand()
    hand.worker.unref()
    waiting.push(hand)
  }
}

/** So many threads, those that wait first. */
export function hire(count: number): Hand[] {
  const called = waiting.splice(0, count)
  for (const { worker } of called) worker.ref()
  void dismiss(waiting.splice(0))
  return [...called, ...Array.from({ length: count - called.length }, newHand)]
}

/** Before they were given a task. */
export async function dismiss(hands: readonly Hand[]): Promise<void> {
  await Promise.all(hands.map(({ worker }) => worker.terminate()))
}

function start({ worker, ended }: Hand, queue: Queue, cpu: number, reason: string): Member {
  const task: WorkerTask = {
    direction: queue.direction,
    handle: queue.port.handle,
    queue: queue.queue,
    cpu,
    plan: queue.plan,
    page: queue.page,
    sources: queue.sources,
    ...(queue.tap && { tap: queue.tap }),
  }
  worker.postMessage(task)
  const failure = ended.then(end => ('died' in end ? died(queue, end.died) : end.failure))
  return { queue, cpu, reason, ended: failure, worker }
}

function attend(queues: readonly Queue[]): NodeJS.Timeout {
  const hold = () => {
    const until = native().now() + ATTENDED_NS
    for (const { page } of queues) Atomics.store(page, Cell.attended, until)
  }
  hold()
  return setInterval(hold, ATTEND_MS)
}

export class Team {
  readonly #members: readonly Member[]
  readonly #attending: NodeJS.Timeout | undefined
  // A process that exits waits for its threads, also where an exception of somebody else ends it: none may go on then.
  readonly #stop = () => {
    this.stop('tx')
    this.stop('rx')
  }
  #failure: NativeFailure | null = null
  #hanging: NativeFailure | null = null
  readonly #atWork: Set<Member>
  #toldToEnd: () => void = () => {}
  readonly #told = new Promise<void>(resolve => {
    this.#toldToEnd = resolve
  })

  /** `hands`: one for each queue. */
  constructor(
    queues: readonly Queue[],
    { cpus, reasons }: Pick<CpuChoice, 'cpus' | 'reasons'>,
    hands: readonly Hand[] = hire(queues.length),
  ) {
    queues.forEach((queue, k) => {
      if (cpus.filter(cpu => cpu === cpus[k]).length > 1) queue.page[Cell.shared] = 1n
    })
    process.once('exit', this.#stop)
    // Who only receives does no harm, and may be kept waiting by a slow disk.
    if (queues.some(({ direction }) => direction === 'tx')) this.#attending = attend(queues)
    this.#members = queues.map((queue, k) => start(hands[k]!, queue, cpus[k]!, reasons[k]!))
    this.#atWork = new Set(this.#members)
    for (const member of this.#members)
      void member.ended.then(failure => {
        this.#atWork.delete(member)
        this.#note(failure)
      })
  }

  placeOf(queue: Queue): { cpu: number | null; cpuReason: string } {
    const member = this.#members.find(one => one.queue === queue)
    return { cpu: member?.cpu ?? null, cpuReason: member?.reason ?? '' }
  }

  /** Each once. */
  get cpus(): number[] {
    return [...new Set(this.#members.map(({ cpu }) => cpu))]
  }

  /** Waits until every loop stands at the start. */
  async ready(): Promise<NativeFailure | null> {
    const until = performance.now() + READY_MS
    while (
      !this.#failure &&
      !this.#members.every(({ queue }) => Atomics.load(queue.page, Cell.state) >= State.ready)
    ) {
      if (performance.now() > until)
        return { code: 'not-ready', message: `the workers were not ready within ${READY_MS / 1000} s` }
      await pause(POLL_MS)
    }
    return this.#failure
  }

  /**
   * Starts every loop at one moment, which it returns (monotonic ns). Receivers go first. `run`: 1..65535, what tells
   * signatures of this run from those of another; 0: of a receiver that counts any.
   */
  go(run: number): bigint {
    const epochNs = native().now() + LEAD_NS
    const members = [...this.#members].reverse()
    for (const { queue } of members) {
      Atomics.store(queue.page, Cell.run, BigInt(run))
      Atomics.store(queue.page, Cell.epochNs, epochNs)
    }
    for (const { queue } of members) Atomics.store(queue.page, Cell.go, 1n)
    return epochNs
  }

  stop(direction: 'tx' | 'rx'): void {
    for (const { queue } of this.#members)
      if (queue.direction === direction) Atomics.store(queue.page, Cell.stop, 1n)
    this.#toldToEnd()
  }

  /**
   * Waits until the loops of one direction have ended, or any worker has failed; no longer than it takes those that were told
   * to end, and those whose time is over (`durationNs`). Who has not ended then hangs, or has not heard yet: `dismiss` tells.
   */
  async finished(direction: 'tx' | 'rx', durationNs: number | null = null): Promise<NativeFailure | null> {
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>(resolve => {
      for (const member of this.#members) void member.ended.then(failure => failure && resolve())
      if (durationNs !== null) timer = setTimeout(resolve, durationNs / 1e6 + LATE_MS)
    })
    const ended = this.#ended(direction)
    await Promise.race([over, ended, this.#told.then(() => inTime(ended))])
    clearTimeout(timer)
    return this.#failure
  }

  /** Are there workers that could not be ended? They may use their devices still. */
  get hangs(): boolean {
    return this.#atWork.size > 0
  }

  /** Of the first of them, which is not the failure of the run where another came before. */
  get hanging(): NativeFailure | null {
    return this.#hanging
  }

  /** Tells everybody to end and waits until they have, or are given up. */
  async dismiss(): Promise<NativeFailure | null> {
    this.#stop()
    if (!(await inTime(Promise.all([this.#ended('tx'), this.#ended('rx')])))) this.#giveUp()
    clearInterval(this.#attending)
    process.off('exit', this.#stop)
    return this.#failure
  }

  /** Also where another has failed before, whose sentence then stays: the process must end all the same. */
  #giveUp(): void {
    const [first] = this.#atWork
    if (!first) return
    for (const { worker } of this.#atWork) worker.unref()
    this.#hanging = leaveWithout(first.queue)
    this.#failure ??= this.#hanging
  }

  async #ended(direction: 'tx' | 'rx'): Promise<void> {
    await Promise.all(
      this.#members.filter(({ queue }) => queue.direction === direction).map(({ ended }) => ended),
    )
  }

  #note(failure: NativeFailure | null): void {
    this.#failure ??= failure
    if (failure) this.stop('tx')
  }
}
