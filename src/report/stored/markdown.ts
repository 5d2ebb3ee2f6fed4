import { inUnit } from '../../stats/format.js'
import type { Result, Threshold, Verdict } from '../../stats/result.js'
import { METRICS, type MetricName, type Metrics } from '../../units/metrics.js'
import { cell, table } from '../markdown.js'
import { because } from '../verdict.js'
import type { StoredFormat } from './stored.js'

const MARKS: Record<Verdict, string> = {
  pass: '✅',
  fail: '❌',
  invalid: '⚠️',
  broken: '❌',
  interrupted: '⚠️',
}

export const markdown: StoredFormat = {
  name: 'markdown',
  describe: 'tables for a comment or a page',
  write: results => results.map(({ result }) => runText(result)).join('\n'),
}

const COLUMNS = [
  'tx_packets',
  'tx_pps',
  'rx_packets',
  'loss_ratio',
  'latency_p50_ns',
  'latency_p99_ns',
] as const

function runText(result: Result): string {
  const { profile, verdict, started_at, thresholds, warnings, metrics, streams } = result
  const rows: [string, Metrics][] = [['**all**', metrics]]
  for (const [name, stream] of Object.entries(streams)) rows.push([cell(name), stream])
  const blocks = [
    `## ${MARKS[verdict]} ${cell(profile.name)}: ${verdict}`,
    `${cell(because(result))}. ${started_at}, seed ${profile.seed}.`,
    thresholds.length === 0 ? '' : table(['threshold', 'measured', ''], thresholds.map(thresholdRow)),
    table(
      ['stream', ...COLUMNS],
      rows.map(([name, of]) => [name, ...COLUMNS.map(column => written(of, column))]),
    ),
    warnings.map(({ code, message }) => `- ${code}: ${cell(message)}`).join('\n'),
  ]
  return `${blocks.filter(block => block !== '').join('\n\n')}\n`
}

const written = (metrics: Metrics, name: MetricName): string =>
  metrics[name] === null || metrics[name] === undefined ? '-' : inUnit(metrics[name], METRICS[name])

const thresholdRow = ({ text, measured, reason, passed }: Threshold): string[] => [
  cell(text),
  cell(reason ?? String(measured)),
  passed ? '✅' : '❌',
]
