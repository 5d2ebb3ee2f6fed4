/** The page about one run: verdict, charts, tables, and what it ran on. */
import { inUnit } from '../../stats/format.js'
import { unchangedPps } from '../../stats/rate-changes.js'
import type { Result } from '../../stats/result.js'
import { METRICS, metricNames } from '../../units/metrics.js'
import { rows } from '../rows.js'
import type { StoredRun } from '../stored/histograms.js'
import { because } from '../verdict.js'
import { heatMap, percentileChart } from './latency.js'
import { quoted, section, table } from './markup.js'
import { missingChart, ratesChart } from './rates.js'

export function runPage({ result, series: measured, latency, slices }: StoredRun): string {
  const paced = Object.values(result.streams).every(({ asked }) => asked.kind !== 'line')
  const offered = paced && measured.length === 1 ? unchangedPps(result) : null
  const series = measured.map(one => ({ ...one, offered }))
  return [
    `<h1>${verdictTitle(result)}</h1>`,
    `<p>${quoted(because(result))}. ${quoted(result.started_at)}, seed ${result.profile.seed}.</p>`,
    outcomeSections(result),
    section('Over time', ratesChart(series), missingChart(series)),
    section('Latency', percentileChart(latency), heatMap(slices)),
    section('Streams', streams(result)),
    section('Queues', queues(result)),
    section('Environment', environment(result)),
    section(
      'Profile',
      `<details><summary>as it ran</summary><pre>${quoted(JSON.stringify(result.profile.resolved, null, 2))}</pre></details>`,
    ),
  ].join('\n')
}

export const verdictTitle = ({ verdict, profile }: Result): string =>
  `<span class="${verdict}">${verdict.toUpperCase()}</span> ${quoted(profile.name)}`

/** What was expected and what was measured, before any chart. */
export const outcomeSections = (result: Result): string =>
  [section('Expectations', thresholds(result)), section('Summary', summary(result), warnings(result))].join(
    '\n',
  )

const thresholds = ({ thresholds }: Result): string =>
  thresholds.length === 0
    ? ''
    : table(
        'What was expected',
        [{ name: '' }, { name: 'threshold' }, { name: 'measured', numeric: true }],
        thresholds.map(({ passed, text, measured, reason }) => [
          passed ? '✓ met' : '✗ failed',
          text,
          reason ?? String(measured),
        ]),
      )

const summary = (result: Result): string =>
  table(
    'What was measured',
    [{ name: '' }, { name: '' }],
    rows(result).map(({ label, parts }) => [label, parts.join(', ')]),
  )

const warnings = ({ warnings }: Result): string =>
  warnings.length === 0
    ? ''
    : `<ul>${warnings.map(({ code, message, advice }) => `<li>${quoted(`${code}: ${message}${advice ? `; ${advice}` : ''}`)}</li>`).join('')}</ul>`

/** More than these nobody reads; the JSON document has all. */
const MOST = 200

function streams({ streams }: Result): string {
  const all = Object.entries(streams)
  const shown = metricNames.filter(name => all.some(([, stream]) => typeof stream[name] === 'number'))
  return table(
    all.length > MOST ? `The first ${MOST} of ${all.length}` : 'By stream',
    [{ name: 'stream' }, ...shown.map(name => ({ name, numeric: true }))],
    all
      .slice(0, MOST)
      .map(([name, stream]) => [
        name,
        ...shown.map(metric =>
          typeof stream[metric] === 'number' ? inUnit(stream[metric], METRICS[metric]) : '-',
        ),
      ]),
  )
}

const queues = ({ queues }: Result): string =>
  table(
    'By queue',
    [
      { name: 'queue' },
      { name: 'CPU', numeric: true },
      { name: 'packets', numeric: true },
      { name: 'rate', numeric: true },
      { name: 'held up', numeric: true },
    ],
    queues.map(queue => [
      `${queue.direction} ${queue.port}:${queue.queue}`,
      queue.cpu === null ? '-' : String(queue.cpu),
      inUnit(queue.direction === 'tx' ? queue.tx_packets : queue.rx_packets, 'packets'),
      inUnit(queue.direction === 'tx' ? queue.tx_pps : queue.rx_pps, 'pps'),
      queue.direction === 'tx'
        ? inUnit(queue.ring_full_ns, 'ns')
        : `${inUnit(queue.device_drops, 'packets')} drops`,
    ]),
  )

function environment({ environment, ports }: Result): string {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  const facts = Object.entries(environment).map(([name, value]) => [name, text(value)])
  const devices = ports.flatMap(({ name, uri, facts }) => [[`port ${name}`, `${uri} ${text(facts)}`]])
  return table('What it ran on', [{ name: '' }, { name: '' }], [...devices, ...facts])
}
