/** When a stream sent: what the profile said, and where it waited for others, what was measured. */
import type { Snapshot } from '../gen/snapshot.js'
import type { Group } from '../templates/group.js'
import type { StreamPlan } from '../templates/plan.js'
import { windowNs } from '../templates/rate.js'
import type { Measured } from './streams.js'
import { sendingSeconds, sum } from './tx.js'

/** Does it send in a part of the run only? Then its queue's times are not its own. */
export const isPhased = ({ startNs, forNs, after }: StreamPlan): boolean =>
  startNs > 0 || forNs !== null || after.length > 0

const phased = new WeakMap<readonly StreamPlan[], boolean>()

/** Does any of them? Of a plan's streams, asked once for each of them. */
export function anyPhased(streams: readonly StreamPlan[]): boolean {
  const known = phased.get(streams)
  if (known !== undefined) return known
  const found = streams.some(isPhased)
  phased.set(streams, found)
  return found
}

/** First and last burst of a stream's members over these queues; null: nothing was sent. */
export function streamTimes(
  { tx }: Pick<Snapshot, 'tx'>,
  members: readonly StreamPlan[],
): { firstNs: number; lastNs: number } | null {
  const parts = tx
    .flatMap(queue => members.flatMap(({ id }) => queue.streams[id] ?? []))
    .filter(({ packets }) => packets > 0)
  if (parts.length === 0) return null
  return {
    firstNs: Math.min(...parts.map(({ firstNs }) => firstNs)),
    lastNs: Math.max(...parts.map(({ lastNs }) => lastNs)),
  }
}

export function streamSeconds(final: Snapshot, members: readonly StreamPlan[]): number | null {
  const times = streamTimes(final, members)
  return times && times.lastNs > times.firstNs ? (times.lastNs - times.firstNs) / 1e9 : null
}

/** How long the stream's schedule ran; null: it waited for streams that did not end in time. */
export function scheduledSeconds({ plan, outcome }: Measured, group: Group): number | null {
  const [stream] = group
  const { stopped, final } = outcome
  const durationNs = stopped === 'duration' ? plan.durationNs : null
  if (stream.after.length === 0 && durationNs !== null) return (windowNs(stream, durationNs) ?? 0) / 1e9
  const port = final.tx.filter(queue => queue.port === stream.tx)
  const own = stream.forNs === null ? Number.POSITIVE_INFINITY : stream.forNs / 1e9
  if (stream.after.length === 0 && stream.startNs === 0) return Math.min(own, sendingSeconds(port) ?? 0)
  if (!streamTimes(final, group)) return null
  // Each queue went on when its own share of the others was done.
  const windows = port.map(queue => {
    const times = streamTimes({ tx: [queue] }, group)
    const endNs = durationNs ?? queue.lastNs
    return times ? Math.min(own, Math.max(0, endNs - times.firstNs) / 1e9) : 0
  })
  return sum(windows) / windows.length
}
