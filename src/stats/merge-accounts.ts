/** Accounts of parts → accounts of the whole: counts of a group add, and what the parts do not tell is left out. */
import type { GroupMetricName } from '../units/metrics.js'
import type { AccountResult, GroupMetrics } from './accounts.js'
import { metricsWith } from './latency.js'
import { outagesOf } from './outages.js'
import type { Result, Warning } from './result.js'
import { sum } from './tx.js'

export interface MergedAccounts {
  accounts: readonly AccountResult[]
  warnings: readonly Warning[]
}

/** Parts of one profile have the same accounts; a group in which one of them had no packets is missing there. */
export function mergeAccounts(results: readonly Result[]): MergedAccounts {
  const byStream = new Map<string | null, AccountResult[]>()
  for (const account of results.flatMap(({ accounts }) => accounts ?? []))
    byStream.set(account.stream, [...(byStream.get(account.stream) ?? []), account])
  const accounts = [...byStream.values()].map(mergeOne)
  const without = accounts.filter(account => hasNoPercentiles(account, byStream.get(account.stream)!))
  return { accounts, warnings: warningsOf(without) }
}

function mergeOne(parts: readonly AccountResult[]): AccountResult {
  const names = new Set(parts.flatMap(({ groups }) => Object.keys(groups)))
  const merged = [...names].map(name => {
    const own = parts.flatMap(({ groups }) => groups[name] ?? [])
    return [name, own.length === 1 ? own[0]! : mergeGroup(own)] as const
  })
  const groups = merged.map(([, group]) => group)
  const [{ stream, by }] = parts as [AccountResult]
  return {
    stream,
    by,
    outages: { ...outagesOf(groups.map(counted)), unrecovered: unrecoveredOf(parts) },
    groups: Object.fromEntries(merged),
  }
}

const counted = ({ tx_packets, rx_packets, duplicates = 0, outage_ns }: GroupMetrics) => ({
  sent: tx_packets ?? null,
  received: rx_packets === undefined ? null : { packets: rx_packets, duplicates },
  gaps: outage_ns === undefined ? null : { outageNs: outage_ns },
})

function mergeGroup(parts: readonly GroupMetrics[]): GroupMetrics {
  const all = (name: GroupMetricName) => parts.map(part => part[name])
  const made = (name: GroupMetricName, make: (values: readonly number[]) => number): number | null =>
    all(name).includes(undefined) ? null : make(all(name) as number[])
  const [sent, received, duplicates] = [
    made('tx_packets', sum),
    made('rx_packets', sum),
    made('duplicates', sum),
  ]
  const knowsLoss = sent !== null && received !== null && !all('lost').includes(undefined)
  // Without signatures nobody knows what came twice.
  const lost = knowsLoss ? Math.max(0, sent - (received - (duplicates ?? 0))) : null
  return known({
    tx_packets: sent,
    rx_packets: received,
    lost,
    loss_ratio: lost === null || !sent ? null : lost / sent,
    duplicates,
    reordered: made('reordered', sum),
    gaps: made('gaps', sum),
    longest_gap: made('longest_gap', most),
    outage_ns: made('outage_ns', most),
    ...latencyOf(parts),
  })
}

const most = (values: readonly number[]): number => Math.max(...values)

/** Of groups no histograms are stored: where several parts have timed packets, percentiles are not known. */
function latencyOf(parts: readonly GroupMetrics[]): Partial<Record<GroupMetricName, number | null>> {
  if (parts.some(({ latency_count }) => latency_count === undefined)) return {}
  const timed = parts.filter(({ latency_count }) => latency_count! > 0)
  const [only] = timed
  if (only && timed.length === 1) return latencyIn(only)
  return metricsWith(
    {
      count: sum(timed.map(part => part.latency_count!)),
      sumNs: sum(timed.map(part => part.latency_mean_ns! * part.latency_count!)),
      minNs: Math.min(...timed.map(part => part.latency_min_ns!)),
      maxNs: most(timed.map(part => part.latency_max_ns!)),
    },
    null,
  )
}

const latencyIn = (group: GroupMetrics): GroupMetrics =>
  Object.fromEntries(Object.entries(group).filter(([name]) => name.startsWith('latency_')))

const known = (metrics: Partial<Record<GroupMetricName, number | null>>): GroupMetrics =>
  Object.fromEntries(Object.entries(metrics).filter(([, value]) => value !== null))

/** The parts count the groups that have not recovered and do not name them: of two parts they may be the same. */
function unrecoveredOf(parts: readonly AccountResult[]): number | null {
  const counts = parts.map(({ outages }) => outages.unrecovered)
  const some = counts.filter(count => count !== 0)
  return some.length > 1 ? null : (some[0] ?? (some.length === 0 ? 0 : null))
}

const hasNoPercentiles = ({ groups }: AccountResult, parts: readonly AccountResult[]): boolean =>
  parts.some(part => Object.values(part.groups).some(group => group.latency_p99_ns !== undefined)) &&
  Object.values(groups).some(group => group.latency_count && group.latency_p99_ns === undefined)

function warningsOf(accounts: readonly AccountResult[]): Warning[] {
  if (accounts.length === 0) return []
  const fields = [...new Set(accounts.map(({ by }) => by.join()))].join(' and ')
  const message = `percentiles of latency by ${fields} are those of each part: of groups no histograms are stored`
  return [
    { code: 'groups-without-percentiles', message, advice: 'minimum, mean and maximum are of all parts' },
  ]
}
