/** Two snapshots → what happened between them. No clock: a snapshot carries its time. */
import type { Snapshot } from '../gen/snapshot.js'
import { groupsOf } from '../templates/group.js'
import type { Plan } from '../templates/plan.js'
import { arrivalOf } from './arrival.js'
import { meanFactor } from './rate-changes.js'
import { bitsL1, per, type Sent, sentBy, sum } from './tx.js'

export interface PortInterval {
  tx_pps: number
  tx_bps_l1: number
  tx_bps_l2: number
  /** Every frame that was fetched, also those of no stream. */
  rx_pps: number
}

/** One line of `series.ndjson`. Rates are of the interval, counts are since the start of the run. */
export interface Interval extends PortInterval {
  /** End of the interval, since the start of the run. */
  t_s: number
  interval_s: number
  tx_packets: number
  /** Of the streams' receivers; null without one. */
  rx_packets: number | null
  /** Sent to a receiver and not (yet) arrived: lost, or still under way. The last interval's are the run's loss. */
  missing: number | null
  late_packets: number
  /** Where the rate was changed by hand, what was asked for in the interval: so many times what the profile asks for. */
  rate_factor?: number
  ports: Readonly<Record<string, PortInterval>>
}

/** What a run looks like before its first packet. */
export const emptySnapshot: Snapshot = { elapsedNs: 0, tx: [], rx: [] }

export function interval(plan: Plan, before: Snapshot, now: Snapshot): Interval {
  const seconds = (now.elapsedNs - before.elapsedNs) / 1e9
  const ports = [...new Set([...now.tx, ...now.rx].map(queue => queue.port))]
  const arrivals = arrived(plan, now)
  const factor = meanFactor(now, before.elapsedNs / 1e9, now.elapsedNs / 1e9)
  return {
    t_s: now.elapsedNs / 1e9,
    interval_s: seconds,
    ...rates(before, now, seconds),
    tx_packets: sentBy(now.tx).packets,
    rx_packets: arrivals?.packets ?? null,
    missing: arrivals?.missing ?? null,
    late_packets: sum(now.tx.map(queue => queue.latePackets)),
    ...(factor !== undefined && { rate_factor: factor }),
    ports: Object.fromEntries(ports.map(port => [port, rates(only(before, port), only(now, port), seconds)])),
  }
}

function only(snapshot: Snapshot, port: string): Snapshot {
  return {
    elapsedNs: snapshot.elapsedNs,
    tx: snapshot.tx.filter(queue => queue.port === port),
    rx: snapshot.rx.filter(queue => queue.port === port),
  }
}

function rates(before: Snapshot, now: Snapshot, seconds: number): PortInterval {
  const sent = difference(sentBy(before.tx), sentBy(now.tx))
  const received = sum(now.rx.map(queue => queue.packets)) - sum(before.rx.map(queue => queue.packets))
  return {
    tx_pps: per(sent.packets, seconds) ?? 0,
    tx_bps_l1: per(bitsL1(sent), seconds) ?? 0,
    tx_bps_l2: per(sent.frameBytes * 8, seconds) ?? 0,
    rx_pps: per(received, seconds) ?? 0,
  }
}

function difference(before: Sent, now: Sent): Sent {
  return { packets: now.packets - before.packets, frameBytes: now.frameBytes - before.frameBytes }
}

function arrived(plan: Plan, now: Snapshot): { packets: number; missing: number } | null {
  const arrivals = groupsOf(plan.streams).flatMap(group => arrivalOf(group, now) ?? [])
  if (arrivals.length === 0) return null
  return {
    packets: sum(arrivals.map(({ received }) => received.packets)),
    missing: sum(arrivals.map(({ loss }) => loss.lost)),
  }
}
