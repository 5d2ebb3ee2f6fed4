import type { TxQueueSnapshot } from '../gen/snapshot.js'
import type { LimitedBy } from './result.js'
import { bitsL1, sendingSeconds, sentBy, sum } from './tx.js'

/** A generator that is the slower side never meets a full ring, so a tenth of the time is far from chance. */
const RING_SHARE = 0.1
const LINK_SHARE = 0.99
/** Sending through the kernel, a generator of our speed leaves nine tenths of the time to it. */
const KERNEL_SHARE = 0.5

export interface LimitInput {
  queues: readonly TxQueueSnapshot[]
  /** Ports whose streams were to send at line rate or missed their rate. Empty: every schedule was kept. */
  unpaced: ReadonlySet<string>
  linkBps: ReadonlyMap<string, number | null>
}

/** What kept the run from being faster, from counters alone. */
export function limitedBy({ queues, unpaced, linkBps }: LimitInput): LimitedBy {
  if (sentBy(queues).packets === 0) return null
  if (unpaced.size === 0) return 'pacing'
  const limited = queues.filter(queue => unpaced.has(queue.port))
  if (
    [...unpaced].some(port =>
      fillsLink(
        limited.filter(q => q.port === port),
        linkBps.get(port) ?? null,
      ),
    )
  )
    return 'link'
  if (ringShare(limited) >= RING_SHARE) return 'ring'
  return timeShare(limited, queue => queue.systemNs) >= KERNEL_SHARE ? 'kernel' : 'generator'
}

function fillsLink(queues: readonly TxQueueSnapshot[], linkBps: number | null): boolean {
  const seconds = sendingSeconds(queues)
  if (linkBps === null || seconds === null) return false
  return bitsL1(sentBy(queues)) / seconds >= linkBps * LINK_SHARE
}

/** Share of their sending time that these queues waited for room in the ring. */
export function ringShare(queues: readonly TxQueueSnapshot[]): number {
  return timeShare(queues, queue => queue.ringFullNs)
}

function timeShare(queues: readonly TxQueueSnapshot[], spentNs: (queue: TxQueueSnapshot) => number): number {
  const total = sum(queues.map(queue => Math.max(queue.lastNs - queue.firstNs, 0)))
  return total > 0 ? sum(queues.map(spentNs)) / total : 0
}
