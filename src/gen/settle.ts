/** After sending ends, packets are still under way: no verdict before they are in or must be given up. */
import type { Plan } from '../templates/plan.js'
import type { RxQueueSnapshot, Snapshot } from './snapshot.js'

const POLL_MS = 5
/** Nothing new for this long: what has not come will not come. */
const QUIET_MS = 200
/** RFC 2544 section 23 waits two seconds for residual frames: so long for a stream of which nothing has come at all. */
const LIMIT_MS = 2_000
/** What still comes is no loss, however long a device's queue; but copies going round in circles have no end. */
const FLOWING_MS = 30_000
/** A receiver that never found its ring empty has not seen all that is there: it is given this long to have its CPU. */
const STARVED_MS = 20_000

export interface Clock {
  nowMs(): number
  pause(ms: number): Promise<void>
  /** Has somebody asked to stop? */
  hurried(): boolean
}

export const clockOf = (hurried: () => boolean): Clock => ({
  hurried,
  nowMs: () => performance.now(),
  pause: ms => new Promise<void>(resolve => setTimeout(resolve, ms)),
})

interface Arrived {
  sent: number
  received: number
  /** The same without copies: what could be missing while `received` is as many as `sent`. */
  whole: number
  /** Of a stream that was sent, and that has a receiver, nothing has come. */
  anySilent: boolean
  /** The longest that a packet was under way so far. */
  latencyMs: number
}

/** Packets of measured streams. */
function arrived({ tx, rx }: Snapshot, { streams }: Pick<Plan, 'streams'>): Arrived {
  const all: Arrived = { sent: 0, received: 0, whole: 0, anySilent: false, latencyMs: 0 }
  for (const { id, rx: listens } of streams) {
    if (listens === null) continue
    const sent = tx.reduce((sum, queue) => sum + queue.streams[id]!.packets, 0)
    const received = rx.reduce((sum, queue) => sum + queue.streams[id]!.packets, 0)
    all.sent += sent
    all.received += received
    all.anySilent ||= sent > 0 && received === 0
    for (const { streams: counted } of rx) {
      const { duplicates, latencyMaxNs } = counted[id]!
      all.whole -= duplicates
      all.latencyMs = Math.max(all.latencyMs, latencyMaxNs / 1e6)
    }
    all.whole += received
  }
  return all
}

/** Waits until as many packets were received as sent, copies aside, or none came for a while (bounded). */
export async function settle(read: () => Snapshot, plan: Pick<Plan, 'streams'>, clock: Clock): Promise<void> {
  const started = clock.nowMs()
  let quiet = { sinceMs: started, received: -1, queues: [] as readonly RxQueueSnapshot[] }
  for (;;) {
    const now = read()
    const { sent, received, whole, anySilent, latencyMs } = arrived(now, plan)
    const nowMs = clock.nowMs()
    if (received !== quiet.received) quiet = { sinceMs: nowMs, received, queues: now.rx }
    if (whole >= sent) return
    const longEnough = anySilent ? LIMIT_MS : Math.min(LIMIT_MS, Math.max(QUIET_MS, 2 * latencyMs))
    const limit = clock.hurried() ? LIMIT_MS : FLOWING_MS
    const over = nowMs - quiet.sinceMs > longEnough || nowMs - started > limit
    if (over && (allLooked(quiet.queues, now.rx) || nowMs - started > STARVED_MS)) return
    await clock.pause(POLL_MS)
  }
}

/** Has every receiver found nothing since then? One that ended never will. */
const allLooked = (then: readonly RxQueueSnapshot[], now: readonly RxQueueSnapshot[]): boolean =>
  now.every((queue, k) => !queue.running || queue.idles > then[k]!.idles)
