/** Results of parts → the result of the whole. Plain data in and out; who may be merged is decided in src/report/merge.ts. */
import type { Float64Histogram } from 'hdr-histogram-js'
import type { Metrics } from '../units/metrics.js'
import type { Histograms } from './latency.js'
import { mergeAccounts } from './merge-accounts.js'
import { mergeMetrics, type Way } from './merge-metrics.js'
import type {
  Accuracy,
  Gaps,
  LimitedBy,
  PortResult,
  QueueResult,
  Result,
  StreamResult,
  Verdict,
  Warning,
} from './result.js'
import { evaluate } from './thresholds.js'
import { sum } from './tx.js'

export interface Part {
  /** Such as `1/2` or `run 1`: what its ports and warnings are told by. */
  name: string
  file: string
  result: Result
}

export interface Parts {
  way: Way
  parts: readonly Part[]
  /** Of all parts together, of one stream or (null) of all; null: not kept. */
  histogram(kind: keyof Histograms, stream: string | null): Float64Histogram | null
}

export function mergeResults({ way, parts, histogram }: Parts): Result {
  const results = parts.map(({ result }) => result)
  const first = results.reduce((a, b) => (b.started_at < a.started_at ? b : a))
  const streams = mergeStreams(results, way, histogram)
  const metrics = mergeMetrics(
    results.map(({ metrics }) => metrics),
    { way, histogram: kind => histogram(kind, null), heard: heardOfAll(results) },
  )
  const { accounts, warnings } = mergeAccounts(results)
  const thresholds = evaluate(expectations(results), { metrics, streams, accounts })
  const worst = worstOf(results)
  const passed = thresholds.every(threshold => threshold.passed)
  return {
    ...first,
    verdict: worst?.verdict ?? (passed ? 'pass' : 'fail'),
    stopped: (worst ?? first).stopped,
    limited_by: limitOf(results),
    metrics,
    accuracy: accuracyOf(results),
    thresholds,
    ...(results.some(({ rate_changes }) => rate_changes) && {
      rate_changes: results.flatMap(({ rate_changes = [] }) => rate_changes),
    }),
    warnings: [...warningsOf(parts), ...warnings],
    ...(worst?.error && { error: worst.error }),
    streams,
    ...(accounts.length > 0 && { accounts }),
    ports: parts.flatMap(({ name, result }) =>
      result.ports.map((port): PortResult => ({ ...port, name: `${name} ${port.name}` })),
    ),
    queues: parts.flatMap(({ name, result }) =>
      result.queues.map((queue): QueueResult => ({ ...queue, port: `${name} ${queue.port}` })),
    ),
    ...(results.some(({ cpus }) => cpus) && { cpus: results.flatMap(({ cpus = [] }) => cpus) }),
    merged: {
      of: way,
      parts: parts.map(({ name, file, result: { started_at, verdict, environment } }) => ({
        name,
        file,
        started_at,
        verdict,
        host: environment.host,
      })),
    },
  }
}

function mergeStreams(results: readonly Result[], way: Way, histogram: Parts['histogram']) {
  const merge = ([name, one]: [string, StreamResult]): [string, StreamResult] => {
    const parts = results.map(({ streams }) => streams[name]!)
    const heard = sumOrNull(parts.map(heardOf))
    return [
      name,
      { ...one, ...mergeMetrics(parts, { way, heard, histogram: kind => histogram(kind, name) }) },
    ]
  }
  return Object.fromEntries(Object.entries(results[0]!.streams).map(merge))
}

/** Packets that were sent to a receiver: some members of a stream may have none. null: nobody listens. */
function heardOf({ rx_packets, lost, loss_ratio, tx_packets }: Metrics): number | null {
  if (rx_packets === null || loss_ratio === null) return rx_packets === null ? null : 0
  return lost !== null && loss_ratio > 0 ? Math.round(lost / loss_ratio) : tx_packets
}

/** Alternatives of a stream are part of it already. */
function heardOfAll(results: readonly Result[]): number | null {
  const whole = results.map(({ metrics, streams }) => {
    if (metrics.lost !== null && metrics.loss_ratio) return heardOf(metrics)
    const own = Object.values(streams).filter(({ part_of }) => part_of === undefined)
    const heard = own.map(heardOf).filter(packets => packets !== null)
    return heard.length === 0 ? null : sum(heard)
  })
  return sumOrNull(whole)
}

const sumOrNull = (values: readonly (number | null)[]): number | null =>
  values.includes(null) ? null : sum(values as number[])

/** Each once, however many parts were judged by it. */
function expectations(results: readonly Result[]) {
  const all = results.flatMap(({ thresholds }) => thresholds)
  const byText = new Map(all.map(({ text, metric, op, limit }) => [text, { text, metric, op, value: limit }]))
  return [...byText.values()].map(expectation => ({ ...expectation, path: [] }))
}

const UNUSABLE: readonly Verdict[] = ['broken', 'interrupted', 'invalid']

/** A part that says nothing about the device leaves a whole that does not, either. */
function worstOf(results: readonly Result[]): Result | undefined {
  const found = UNUSABLE.flatMap(verdict => results.find(result => result.verdict === verdict) ?? [])
  return found[0]
}

/** A receiver that lost packets makes all else doubtful; what held a sender goes before what a device did. */
const LIMITS: readonly LimitedBy[] = ['receiver', 'link', 'ring', 'kernel', 'generator', 'device', 'pacing']

const limitOf = (results: readonly Result[]): LimitedBy =>
  LIMITS.find(limit => results.some(({ limited_by }) => limited_by === limit)) ?? null

function accuracyOf(results: readonly Result[]): Accuracy | null {
  const known = results.flatMap(({ accuracy }) => accuracy ?? [])
  if (known.length === 0) return null
  const arrivals = known.flatMap(({ arrivals }) => arrivals ?? [])
  return {
    departures: addShares(known.map(({ departures }) => departures)),
    arrivals: arrivals.length === 0 ? null : addShares(arrivals),
  }
}

function addShares(parts: readonly Gaps[]): Gaps {
  const gaps = sum(parts.map(part => part.gaps))
  const shares = Object.keys(parts[0]!).map(name => {
    const key = name as keyof Gaps
    return [key, key === 'gaps' ? gaps : sum(parts.map(part => part[key] * part.gaps)) / gaps]
  })
  return Object.fromEntries(shares) as Gaps
}

/** What all parts say is said once. */
function warningsOf(parts: readonly Part[]): Warning[] {
  const said = new Map<string, { warning: Warning; names: string[] }>()
  for (const { name, result } of parts)
    for (const warning of result.warnings) {
      const key = `${warning.code} ${warning.message}`
      const known = said.get(key) ?? { warning, names: [] }
      known.names.push(name)
      said.set(key, known)
    }
  return [...said.values()].map(({ warning, names }) =>
    names.length === parts.length
      ? warning
      : { ...warning, message: `${names.join(', ')}: ${warning.message}` },
  )
}
