/**
 * How exactly a rate is kept, at every decade from 1 packet/s on, and how far from its time each packet was handed over.
 *
 *     node bench/accuracy.mjs [--seconds 10] [--device loop:x ...] [--rate 1kpps ...]
 *
 * Prints a table in Markdown. `error`: packets sent against packets that were due over the seconds.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nmgen } from './nmgen.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    device: { type: 'string', multiple: true, default: ['loop:x', 'dpdk:net_null0'] },
    rate: {
      type: 'string',
      multiple: true,
      default: ['1pps', '10pps', '100pps', '1kpps', '10kpps', '100kpps', '1Mpps', '10Mpps'],
    },
  },
})
const profile = fileURLToPath(new URL('../profiles/udp-64b.yaml', import.meta.url))
const cpus = Array.from({ length: availableParallelism() }, (_, cpu) => cpu)
const seconds = Number(values.seconds)

const percent = share => (share === undefined ? '-' : `${(share * 100).toFixed(1)} %`)

async function row(uri, rate) {
  process.env.NMGEN_RATE = rate
  // A rate that was missed, and what nobody could receive, exit otherwise than with 0; the result is there.
  const result = await nmgen({ profile, uri, cpus, seconds, receives: uri.startsWith('loop:') }).catch(
    ({ stdout }) => JSON.parse(stdout),
  )
  const { metrics, accuracy, limited_by } = result
  const due = metrics.offered_pps * seconds
  const error = Math.abs(metrics.tx_packets / due - 1).toExponential(1)
  const gaps = accuracy?.departures
  const late = [metrics.lateness_p50_ns, metrics.lateness_p99_ns].map(ns => ns ?? '-')
  return [
    uri,
    rate,
    error,
    ...late,
    percent(gaps?.within_64_ns),
    percent(gaps?.within_1024_ns),
    percent(gaps?.micro_bursts),
    limited_by,
  ]
}

const head = [
  'device',
  'asked',
  'error',
  'late p50 ns',
  'p99 ns',
  '±64 ns',
  '±1,024 ns',
  'micro-bursts',
  'limited by',
]
const line = cells => console.log(`| ${cells.join(' | ')} |`)
line(head)
line(head.map(() => '---'))
for (const uri of values.device) for (const rate of values.rate) line(await row(uri, rate))
