/** Runs of packets that never came: how many, how long, and how long the longest of them lasted. */
import type { RxQueueSnapshot, Snapshot, StreamRx } from '../gen/snapshot.js'
import type { StreamPlan } from '../templates/plan.js'
import type { Metrics } from '../units/metrics.js'
import { sentOf, sum } from './tx.js'
import { streamTimes } from './window.js'

export type Gaps = Pick<Metrics, 'gaps' | 'longest_gap' | 'outage_ns'>

export const unknownGaps: Gaps = { gaps: null, longest_gap: null, outage_ns: null }

/**
 * Of members with a signature. Numbers are missing in the sequence of one sender (a member on one TX queue): an outage
 * of several is counted in each. Not known where several RX queues share a sequence, for each sees a part of it only, or
 * where a receiver did not live to sum up, or where a sender has left numbers out (`late: skip`).
 */
export function gapsOf(members: readonly StreamPlan[], final: Pick<Snapshot, 'tx' | 'rx'>): Gaps {
  const parts = members.map(member => gapsOfOne(member, final))
  if (parts.some(part => part === null)) return unknownGaps
  return addGaps(parts as Known[])
}

export function addGaps(parts: readonly Gaps[]): Gaps {
  if (parts.length === 0 || parts.some(({ gaps }) => gaps === null)) return unknownGaps
  const known = parts as readonly Known[]
  return {
    gaps: sum(known.map(({ gaps }) => gaps)),
    longest_gap: Math.max(...known.map(part => part.longest_gap)),
    outage_ns: Math.max(...known.map(part => part.outage_ns)),
  }
}

type Known = { [K in keyof Gaps]: number }

function gapsOfOne(member: StreamPlan, final: Pick<Snapshot, 'tx' | 'rx'>): Known | null {
  if (final.tx.some(queue => queue.port === member.tx && queue.skipped > 0)) return null
  const listening = final.rx.filter(({ port }) => port === member.rx)
  const receiving = listening.filter(queue => heard(queue, member).packets > 0)
  if (listening.length === 0 || receiving.length > 1 || listening.some(({ running }) => running)) return null
  const rx = heard(receiving[0] ?? listening[0]!, member)
  const { firstNs, lastNs } = streamTimes(final, [member]) ?? { firstNs: 0, lastNs: 0 }
  const behind = Math.max(0, sentOf([member], final.tx).packets - rx.expected)
  // The receiver knows when its first and its newest packet were sent, and the sender when it began and ended.
  const headNs = rx.headNs > 0 ? rx.headNs - firstNs : 0
  const tailNs = behind > 0 ? lastNs - (rx.packets > 0 ? rx.newestNs : firstNs) : 0
  return {
    gaps: rx.gaps + (behind > 0 ? 1 : 0),
    longest_gap: Math.max(rx.longestGap, behind),
    outage_ns: Math.max(rx.outageNs, headNs, tailNs, 0),
  }
}

const heard = (queue: RxQueueSnapshot, { id }: StreamPlan): StreamRx => queue.streams[id]!
