/** `expect:` of a profile against the metrics of a result. */
import { closest, distance } from 'fastest-levenshtein'
import type { Expectation } from '../profile/model.js'
import type { Plan } from '../templates/plan.js'
import { EVERY_GROUP, type MetricPath, metricPath } from '../units/metric-path.js'
import { isGroupMetric, isMetric, type Metrics, metricNames } from '../units/metrics.js'
import type { AccountResult } from './accounts.js'
import type { Threshold } from './result.js'

export interface Values {
  metrics: Metrics
  streams: Readonly<Record<string, Metrics>>
  accounts?: readonly AccountResult[]
}

export interface UnknownMetric {
  expectation: Expectation
  hint: string
}

/** Before the run: every metric of `expect` exists, so that an hour of sending is not judged by a misspelt word. */
export function unknownMetrics(
  expect: readonly Expectation[],
  plan: Pick<Plan, 'streams' | 'account'>,
): UnknownMetric[] {
  if (expect.length === 0) return []
  const streams = namesOf(plan)
  return expect
    .filter(({ metric }) => !exists(metricPath(metric), streams, plan))
    .map(expectation => ({ expectation, hint: suggestion(expectation.metric, streams) }))
}

/** Of streams, and of their alternatives. */
const namesOf = ({ streams }: Pick<Plan, 'streams'>): string[] => [
  ...new Set(
    streams.flatMap(({ name, member }) => [name, ...(member?.labels ?? []).map(label => `${name}.${label}`)]),
  ),
]

function exists(
  path: MetricPath | undefined,
  streams: readonly string[],
  plan: Pick<Plan, 'streams' | 'account'>,
): boolean {
  if (!path || !isMetric(path.name)) return false
  if (path.group !== null) return isGroupMetric(path.name) && hasGroup(path, plan)
  return path.stream === null || streams.includes(path.stream)
}

function hasGroup(
  { of, stream, group }: MetricPath,
  { streams, account }: Pick<Plan, 'streams' | 'account'>,
): boolean {
  const grouped = streams.filter(
    plan =>
      plan.account &&
      (of === 'stream' ? plan.name === stream : plan.account.fields.join() === account?.join()),
  )
  if (group === EVERY_GROUP) return grouped.length > 0
  return grouped.some(plan => plan.account!.groups.includes(group!))
}

function suggestion(metric: string, streams: readonly string[]): string {
  if (metric.includes('['))
    return 'of groups: account[FIELD=VALUE].METRIC, streams.NAME[FIELD=VALUE].METRIC, or [*] for each of them'
  const known = [
    ...metricNames,
    ...streams.flatMap(stream => metricNames.map(name => `streams.${stream}.${name}`)),
  ]
  const best = closest(metric, known)
  if (distance(metric, best) <= Math.max(2, metric.length / 3)) return `did you mean \`${best}\`?`
  return `metrics are ${metricNames.join(', ')}; of one stream: streams.NAME.METRIC, of an alternative: streams.NAME.LABEL.METRIC`
}

export function evaluate(expect: readonly Expectation[], values: Values): Threshold[] {
  return expect.map(expectation => evaluateOne(expectation, values))
}

function evaluateOne(expectation: Expectation, values: Values): Threshold {
  const { text, metric, op, value } = expectation
  const path = metricPath(metric)
  if (path && path.group !== null) return evaluateGroups(expectation, path, values)
  const metrics = path?.stream == null ? values.metrics : values.streams[path.stream]
  const measured = path && isMetric(path.name) ? (metrics?.[path.name] ?? null) : null
  const row = { text, metric, op, limit: value, measured }
  if (measured === null) return { ...row, passed: false, reason: unmeasured(values) }
  return { ...row, passed: holds(measured, op, value) }
}

/** Of each group, what is furthest from passing is shown, and how many do not pass. */
function evaluateGroups(
  { text, metric, op, value }: Expectation,
  path: MetricPath,
  values: Values,
): Threshold {
  const groups = values.accounts?.find(({ stream }) => stream === path.stream)?.groups ?? {}
  const asked = path.group === EVERY_GROUP ? Object.keys(groups) : [path.group!]
  const found = asked.map(group => ({
    group,
    measured: isGroupMetric(path.name) ? (groups[group]?.[path.name] ?? null) : null,
  }))
  const row = { text, metric, op, limit: value }
  if (found.length === 0) return { ...row, measured: null, passed: false, reason: 'no group has packets' }
  const unknown = found.find(({ measured }) => measured === null)
  if (unknown) {
    const reason = groups[unknown.group]
      ? `not measured of ${unknown.group}`
      : `no packet of ${unknown.group} was sent`
    return {
      ...row,
      measured: null,
      passed: false,
      reason: values.metrics.rx_packets === null ? unmeasured(values) : reason,
    }
  }
  const known = found as { group: string; measured: number }[]
  const failed = known.filter(({ measured }) => !holds(measured, op, value))
  const worst = (failed.length > 0 ? failed : known).reduce((a, b) =>
    isWorse(b.measured, a.measured, op) ? b : a,
  )
  const passed = failed.length === 0
  const many = !passed && known.length > 1
  return {
    ...row,
    measured: worst.measured,
    passed,
    ...(many && {
      reason: `${failed.length} of ${known.length} groups fail, the worst is ${worst.group} with ${worst.measured}`,
    }),
  }
}

const isWorse = (a: number, b: number, op: Expectation['op']): boolean =>
  op === '>' || op === '>=' ? a < b : a > b

// What cannot be judged has not passed: a CI job that forgot its receiver must not turn green.
function unmeasured({ metrics }: Values): string {
  return metrics.rx_packets === null
    ? 'nothing receives in this run: add --rx, or drop it from `expect`'
    : 'not measured in this run'
}

function holds(measured: number, op: Expectation['op'], limit: number): boolean {
  switch (op) {
    case '<':
      return measured < limit
    case '<=':
      return measured <= limit
    case '==':
      return measured === limit
    case '!=':
      return measured !== limit
    case '>=':
      return measured >= limit
    case '>':
      return measured > limit
  }
}
