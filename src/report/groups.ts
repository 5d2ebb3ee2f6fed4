/** The groups of accounts for people: what they lost, and how long they were without packets. */
import type { AccountResult, GroupMetrics } from '../stats/accounts.js'
import { count, inUnit, nanoseconds } from '../stats/format.js'
import type { Result } from '../stats/result.js'
import { cut, type Style } from '../stats/style.js'
import type { Unit } from '../units/metrics.js'
import { indented } from './lines.js'
import { table } from './tables.js'

/** Those that lost most; all are in result.json. */
const MOST_GROUPS = 16

/** Of streams that share an account, all together. */
export function groupTables({ accounts = [] }: Result, style: Style): string[][] {
  const [first] = accounts
  const shared = first?.stream === null ? first.by.join() : undefined
  return accounts
    .filter(({ stream, by }) => stream === null || by.join() !== shared)
    .map(account => groupTable(account, style))
}

function groupTable(account: AccountResult, style: Style): string[] {
  const entries = Object.entries(account.groups)
  const worst = [...entries].sort(([, a], [, b]) => (b.lost ?? 0) - (a.lost ?? 0))
  const rest = entries.length - Math.min(entries.length, MOST_GROUPS)
  const title = account.stream === null ? 'group' : `group of ${cut(account.stream, 12)}`
  const body = worst.slice(0, MOST_GROUPS).map(([name, group]) => row(name, group))
  return [
    ...table([title, 'sent', 'lost', 'outage', 'p99', 'max'], body, 1, style.width),
    ...(rest > 0 ? [`  and ${count(rest)} more that lost no more: see result.json`] : []),
    ...outageLines(account).flatMap(line => indented(line, style)),
  ]
}

const row = (name: string, group: GroupMetrics): string[] => [
  cut(name, 34),
  known(group.tx_packets, 'packets'),
  known(group.lost, 'packets'),
  known(group.outage_ns, 'ns'),
  known(group.latency_p99_ns, 'ns'),
  known(group.latency_max_ns, 'ns'),
]

/** What a failover is judged by: how long flows were without packets, and which did not come back. */
function outageLines({ outages }: AccountResult): string[] {
  const { lossy, silent, unrecovered, p50_ns, p99_ns, max_ns } = outages
  if (!lossy || p50_ns === null || p99_ns === null || max_ns === null) return []
  const longest = `longest outages: half up to ${nanoseconds(p50_ns)}, 99 % up to ${nanoseconds(p99_ns)}, all up to ${nanoseconds(max_ns)}`
  const open = unrecovered === null ? '' : `, ${count(unrecovered)} have not recovered`
  const of = `${count(lossy)} of ${count(outages.groups)} lost packets, ${count(silent ?? 0)} all of them${open}`
  return [longest, of]
}

const known = (value: number | undefined, unit: Unit): string =>
  value === undefined ? '-' : unit === 'packets' ? count(value) : inUnit(value, unit)
