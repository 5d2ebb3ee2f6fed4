/** Results of the groups that `account` asks for: of each stream that has one, and over all that share the profile's. */
import type { GroupRx, Snapshot, StreamGroups } from '../gen/snapshot.js'
import { type Group, groupsOf } from '../templates/group.js'
import type { StreamPlan } from '../templates/plan.js'
import type { GroupMetricName } from '../units/metrics.js'
import { type Hdr, latencyMetrics, noLatency } from './latency.js'
import { type Outages, outagesOf } from './outages.js'
import type { Measured } from './streams.js'
import { streamTimes } from './window.js'

/** What was not measured is not there. */
export type GroupMetrics = Partial<Record<GroupMetricName, number>>

export interface AccountResult {
  /** null: over all streams that have no account of their own. */
  stream: string | null
  by: readonly string[]
  /** What of its groups is known by their gaps. */
  outages: Outages
  /** Those with packets, by their names. */
  groups: Readonly<Record<string, GroupMetrics>>
}

/** One cell of a stream, or several of one name added up. */
interface Cell {
  name: string
  /** null: not known. */
  sent: number | null
  /** null: nobody can tell its packets. */
  received: Omit<GroupRx, 'order'> | null
  /** Else by what frames show, without order or latency. */
  bySignature: boolean
  gaps: { gaps: number; longest: number; outageNs: number; recovered: boolean } | null
  histograms: readonly BigUint64Array[] | null
}

export function accountsOf(run: Measured, hdr: Hdr | null): AccountResult[] {
  const { plan, outcome } = run
  const counted = new Map(outcome.groups?.map(groups => [groups.stream, groups]))
  if (counted.size === 0) return []
  const cellsIn = (streams: readonly StreamPlan[]) =>
    streams.flatMap(stream => cellsOf(stream, counted.get(stream.id), outcome.final))
  const made = (stream: string | null, by: readonly string[], streams: readonly StreamPlan[]) =>
    accountOf(stream, by, cellsIn(streams), hdr)
  const own = groupsOf(plan.streams).flatMap((group: Group) => {
    const { account, name } = group[0]
    return account && counted.has(group[0].id) ? [made(name, account.fields, group)] : []
  })
  const shared = plan.streams.filter(({ account }) => account?.fields.join() === plan.account?.join())
  return [...(plan.account && shared.length > 0 ? [made(null, plan.account, shared)] : []), ...own]
}

function accountOf(
  stream: string | null,
  by: readonly string[],
  cells: readonly Cell[],
  hdr: Hdr | null,
): AccountResult {
  const named = new Map<string, Cell>()
  for (const cell of cells) {
    const before = named.get(cell.name)
    named.set(cell.name, before ? added(before, cell) : cell)
  }
  const groups = [...named.values()].filter(
    ({ sent, received }) => sent !== 0 || (received?.packets ?? 0) > 0,
  )
  return {
    stream,
    by,
    outages: outagesOf(groups),
    groups: Object.fromEntries(groups.map(group => [group.name, metricsOf(group, hdr)])),
  }
}

function cellsOf(stream: StreamPlan, counted: StreamGroups | undefined, final: Snapshot): Cell[] {
  if (!counted) return []
  const known = ordered(stream, counted, final)
  const times = streamTimes(final, [stream]) ?? { firstNs: 0, lastNs: 0 }
  return stream.account!.groups.map((name, cell) => {
    const sent = counted.sent?.[cell] ?? null
    const heard = counted.received.map(cells => cells[cell]!)
    return {
      name,
      sent,
      received: heard.length === 0 ? null : heard.reduce(addedRx),
      bySignature: stream.signature !== null,
      gaps: known === null || sent === null ? null : gapsOf(sent, known[cell]!, times),
      histograms: counted.histograms && [counted.histograms[cell]!],
    }
  })
}

/** The one receiver that has seen all of the stream's sequence; as for the gaps of streams (gaps.ts). */
function ordered(
  { id, rx }: StreamPlan,
  { received, sent }: StreamGroups,
  final: Snapshot,
): readonly GroupRx[] | null {
  const listening = final.rx.filter(({ port }) => port === rx)
  if (sent === null || listening.length !== received.length || listening.some(({ running }) => running))
    return null
  const hearing = received.filter((_, k) => listening[k]!.streams[id]!.packets > 0)
  const [only = received[0]] = hearing
  return hearing.length > 1 || !only || only.some(({ order }) => order === null) ? null : only
}

function gapsOf(
  sent: number,
  { order }: GroupRx,
  { firstNs, lastNs }: { firstNs: number; lastNs: number },
): NonNullable<Cell['gaps']> {
  const { gaps, longestGap, outageNs, headNs, newestNs, expected } = order!
  const behind = Math.max(0, sent - expected)
  const head = headNs > 0 ? headNs - firstNs : 0
  const tail = behind > 0 ? lastNs - (newestNs > 0 ? newestNs : firstNs) : 0
  return {
    gaps: gaps + (behind > 0 ? 1 : 0),
    longest: Math.max(longestGap, behind),
    outageNs: Math.max(outageNs, head, tail, 0),
    recovered: behind === 0,
  }
}

/** Of one name in several streams, or in several members of one. */
function added(a: Cell, b: Cell): Cell {
  return {
    name: a.name,
    sent: a.sent === null || b.sent === null ? null : a.sent + b.sent,
    received:
      a.received && b.received && addedRx({ ...a.received, order: null }, { ...b.received, order: null }),
    bySignature: a.bySignature && b.bySignature,
    gaps: a.gaps &&
      b.gaps && {
        gaps: a.gaps.gaps + b.gaps.gaps,
        longest: Math.max(a.gaps.longest, b.gaps.longest),
        outageNs: Math.max(a.gaps.outageNs, b.gaps.outageNs),
        recovered: a.gaps.recovered && b.gaps.recovered,
      },
    histograms: a.histograms && b.histograms && [...a.histograms, ...b.histograms],
  }
}

function addedRx(a: GroupRx, b: GroupRx): GroupRx {
  const least = a.latencyCount === 0 ? b : b.latencyCount === 0 || a.latencyMinNs < b.latencyMinNs ? a : b
  return {
    packets: a.packets + b.packets,
    duplicates: a.duplicates + b.duplicates,
    reordered: a.reordered + b.reordered,
    stale: a.stale + b.stale,
    latencyCount: a.latencyCount + b.latencyCount,
    latencySumNs: a.latencySumNs + b.latencySumNs,
    latencyMinNs: least.latencyMinNs,
    latencyMaxNs: Math.max(a.latencyMaxNs, b.latencyMaxNs),
    order: null,
  }
}

function metricsOf({ sent, received, bySignature, gaps, histograms }: Cell, hdr: Hdr | null): GroupMetrics {
  const lost =
    sent === null || !received ? null : Math.max(0, sent - (received.packets - received.duplicates))
  const metrics: Record<GroupMetricName, number | null> = {
    tx_packets: sent,
    rx_packets: received?.packets ?? null,
    lost,
    loss_ratio: lost === null || !sent ? null : lost / sent,
    duplicates: bySignature ? (received?.duplicates ?? null) : null,
    reordered: bySignature ? (received?.reordered ?? null) : null,
    gaps: gaps?.gaps ?? null,
    longest_gap: gaps?.longest ?? null,
    outage_ns: gaps?.outageNs ?? null,
    ...latencyOf(bySignature ? received : null, histograms, hdr),
  }
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== null))
}

function latencyOf(received: Cell['received'], histograms: Cell['histograms'], hdr: Hdr | null) {
  if (!received) return noLatency
  const sums = {
    count: received.latencyCount,
    sumNs: received.latencySumNs,
    minNs: received.latencyMinNs,
    maxNs: received.latencyMaxNs,
  }
  return latencyMetrics(sums, hdr, histograms ?? [])
}
