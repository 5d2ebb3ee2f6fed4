/** `expect:` of a profile against the metrics of a result. */
import { closest, distance } from 'fastest-levenshtein'
import { NmgenError } from '../errors.js'
import { Exit } from '../exit.js'
import type { Expectation } from '../profile/model.js'
import type { Plan } from '../templates/plan.js'
import { isMetric, type Metrics, metricNames } from '../units/metrics.js'
import type { Threshold } from './result.js'

export interface Values {
  metrics: Metrics
  streams: Readonly<Record<string, Metrics>>
}

/** Before the run: every metric of `expect` exists, so that an hour of sending is not judged by a misspelt word. */
export function checkMetrics(expect: readonly Expectation[], plan: Pick<Plan, 'streams'>): void {
  const streams = namesOf(plan)
  const unknown = expect.filter(({ metric }) => !exists(metric, streams))
  if (unknown.length === 0) return
  throw new NmgenError(
    'unknown-metric',
    `no such metric: ${unknown.map(({ metric, text }) => `\`${metric}\` in \`${text}\``).join(', ')}`,
    Exit.profile,
    unknown.map(({ metric }) => suggestion(metric, streams)).join('\n'),
  )
}

/** Of streams, and of their alternatives. */
const namesOf = ({ streams }: Pick<Plan, 'streams'>): string[] => [
  ...new Set(
    streams.flatMap(({ name, member }) => [name, ...(member?.labels ?? []).map(label => `${name}.${label}`)]),
  ),
]

function exists(metric: string, streams: readonly string[]): boolean {
  const { stream, name } = split(metric)
  return isMetric(name) && (stream === null || streams.includes(stream))
}

// The name of an alternative holds a dot; a metric's never does.
function split(metric: string): { stream: string | null; name: string } {
  if (!metric.startsWith('streams.')) return { stream: null, name: metric }
  const dot = metric.lastIndexOf('.')
  return {
    stream: metric.slice('streams.'.length, Math.max(dot, 'streams.'.length)),
    name: metric.slice(dot + 1),
  }
}

function suggestion(metric: string, streams: readonly string[]): string {
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

function evaluateOne({ text, metric, op, value }: Expectation, values: Values): Threshold {
  const { stream, name } = split(metric)
  const metrics = stream === null ? values.metrics : values.streams[stream]
  const measured = isMetric(name) ? (metrics?.[name] ?? null) : null
  const row = { text, metric, op, limit: value, measured }
  if (measured === null) return { ...row, passed: false, reason: unmeasured(values) }
  return { ...row, passed: holds(measured, op, value) }
}

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
