/** After sending ends, packets are still under way: no verdict before they are in or must be given up. */
import type { Plan } from '../templates/plan.js'
import type { Snapshot } from './snapshot.js'

const POLL_MS = 5
/** Nothing new for this long: what has not come will not come. */
const QUIET_MS = 200
/** RFC 2544 section 23 waits two seconds for residual frames. */
const LIMIT_MS = 2_000

const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

/** Packets of measured streams that were sent, and that came back. */
function measured(snapshot: Snapshot, plan: Plan): { sent: number; received: number } {
  let sent = 0
  let received = 0
  for (const { id, rx } of plan.streams) {
    if (rx === null) continue
    for (const queue of snapshot.tx) sent += queue.streams[id]!.packets
    for (const queue of snapshot.rx) received += queue.streams[id]!.packets
  }
  return { sent, received }
}

/** Waits until as many packets were received as sent, or none came for a while (bounded). */
export async function settle(read: () => Snapshot, plan: Plan): Promise<void> {
  const started = Date.now()
  let quietSince = started
  let last = -1
  for (;;) {
    const { sent, received } = measured(read(), plan)
    const now = Date.now()
    if (received !== last) quietSince = now
    last = received
    if (received >= sent || now - quietSince > QUIET_MS || now - started > LIMIT_MS) return
    await pause(POLL_MS)
  }
}
