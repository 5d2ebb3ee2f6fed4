/**
 * How busy receivers were while packets were sent: how often their loops looked and what for. Looked at now and then
 * between the first packet and the end of sending, because before and after that a receiver has nothing to do.
 */
import type { Page } from './page.js'
import { Cell, State } from './page-cells.js'
import type { Queue } from './queues.js'
import type { Looks } from './snapshot.js'

const EVERY_MS = 20

type Looked = Pick<Queue, 'direction' | 'queue'> & { port: Pick<Queue['port'], 'name'>; page: Page }

interface Seen {
  bursts: bigint
  idles: bigint
}

export class LookWatch {
  readonly #senders: readonly Page[]
  readonly #receivers: readonly { queue: Looked; first?: Seen; last?: Seen }[]
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(queues: readonly Looked[]) {
    this.#senders = queues.filter(({ direction }) => direction === 'tx').map(({ page }) => page)
    this.#receivers = queues.filter(({ direction }) => direction === 'rx').map(queue => ({ queue }))
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), EVERY_MS)
  }

  areSending(): boolean {
    return this.#senders.every(isSending)
  }

  /** While every sender is at work: one that has ended leaves a receiver idle that was not. */
  look(): void {
    if (!this.areSending()) return
    for (const one of this.#receivers) {
      const { page } = one.queue
      one.last = { bursts: Atomics.load(page, Cell.bursts), idles: Atomics.load(page, Cell.idles) }
      one.first ??= one.last
    }
  }

  /** Ends it, and tells what was seen; nothing of a run too short to be looked at twice. */
  stop(): Looks[] {
    clearInterval(this.#timer)
    return this.#receivers.map(({ queue, first, last }) => ({
      port: queue.port.name,
      queue: queue.queue,
      bursts: first && last ? Number(last.bursts - first.bursts) : 0,
      idles: first && last ? Number(last.idles - first.idles) : 0,
    }))
  }
}

const isSending = (page: Page): boolean =>
  Atomics.load(page, Cell.state) === State.running && Atomics.load(page, Cell.packets) > 0n
