import type { Looks, TxQueueSnapshot } from '../gen/snapshot.js'
import { isBusy } from './receiver.js'
import type { LimitedBy } from './result.js'
import { bitsL1, sendingSeconds, sentBy, sum } from './tx.js'

/** A generator that is the slower side never meets a full ring, so a tenth of the time is far from chance. */
const RING_SHARE = 0.1
const LINK_SHARE = 0.99
/** Sending through the kernel, a generator of our speed leaves nine tenths of the time to it. */
const KERNEL_SHARE = 0.5

/** A stream with a schedule or without one, and where it goes. */
export interface LimitedStream {
  tx: string
  rx: string | null
  /** It was to send as fast as it can. */
  isUnpaced: boolean
  hasMissed: boolean
  received: number
  lost: number
}

export interface LimitInput {
  queues: readonly TxQueueSnapshot[]
  looks: readonly Looks[]
  streams: readonly LimitedStream[]
  linkBps: ReadonlyMap<string, number | null>
  /** A receiver of ours may have lost what is missing. */
  isOverwhelmed: boolean
}

/**
 * What kept more packets from coming through, from counters alone. Who misses the asked rate is the first to blame: what
 * comes behind a sender was not tried. Then our receiver, then the device; where nothing is missing, what held the sender.
 */
export function limitedBy(input: LimitInput): LimitedBy {
  const { queues, streams, isOverwhelmed } = input
  if (sentBy(queues).packets === 0) return null
  if (streams.some(({ hasMissed }) => hasMissed)) return sendingBy(input)
  if (isOverwhelmed) return 'receiver'
  if (streams.some(isThinned)) return 'device'
  return streams.some(({ isUnpaced }) => isUnpaced) ? sendingBy(input) : 'pacing'
}

/** A stream of which nothing came was blocked, or went elsewhere: that says nothing of speed. */
const isThinned = ({ received, lost }: LimitedStream): boolean => lost > 0 && received > 0

function sendingBy({ queues, looks, streams, linkBps }: LimitInput): LimitedBy {
  const limited = streams.filter(({ isUnpaced, hasMissed }) => isUnpaced || hasMissed)
  const from = new Set(limited.map(({ tx }) => tx))
  const sending = queues.filter(({ port }) => from.has(port))
  const full = [...from].some(port =>
    fillsLink(
      sending.filter(queue => queue.port === port),
      linkBps.get(port) ?? null,
    ),
  )
  if (full) return 'link'
  if (ringShare(sending) >= RING_SHARE) {
    const to = new Set(limited.map(({ rx }) => rx))
    return isBusy(looks.filter(({ port }) => to.has(port))) ? 'receiver' : 'ring'
  }
  return timeShare(sending, queue => queue.systemNs) >= KERNEL_SHARE ? 'kernel' : 'generator'
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
