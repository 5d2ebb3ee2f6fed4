/** What `nmgen preview --stats` prints, as text and as JSON. */
import { count, percent } from '../stats/format.js'
import { paint, type Style } from '../stats/style.js'
import { bytesOf, type Census, type FieldTally, type FlowTallies } from '../templates/census/census.js'
import { type Bucket, type Summary, summarise } from '../templates/census/summary.js'
import { formatValue } from '../templates/values.js'
import { sparkline } from '../ui/live.js'
import type { Counted, NamedCensus } from './preview-stats.js'
import { exact } from './preview-text.js'

const topValues = 5
const buckets = 32

export function statsText({ streams, total }: Counted, style: Style): string {
  const parts = streams.length === 1 ? streams : [...streams, { stream: 'total', census: total }]
  return `${parts.map(part => censusText(part, style)).join('\n')}\n${memoryText(parts)}`
}

/** Which flow is meant, and what counting took. */
const memoryText = (parts: readonly NamedCensus[]): string => {
  const mebibytes = parts.reduce((sum, { census }) => sum + bytesOf(census), 0) / 2 ** 20
  return [
    'flows: addresses, protocol and ports of the outermost IP header; inner: of the innermost of several',
    `all counts are exact unless they say "more than"; their tables take ${mebibytes.toFixed(1)} MiB`,
    '',
  ].join('\n')
}

function censusText({ stream, census }: NamedCensus, style: Style): string {
  const { packets, bytes, flows, withoutFlow } = census
  const inner = flowCount(flows.inner)
  const rows: [string, string][] = [
    ['frame', sizesText(census, style)],
    ['flows', flowsText(flows.outer, withoutFlow)],
    ...(inner.distinct > 0 ? [['inner', flowsText(flows.inner, 0)] as [string, string]] : []),
    ...shown(census).flatMap(fieldRows(style)),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const head = `${paint(style, 'bold', stream)}: ${packetCount(packets)}, ${count(bytes)} bytes with FCS`
  return `${head}\n${rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('')}`
}

const packetCount = (packets: number): string => (packets === 1 ? '1 packet' : `${count(packets)} packets`)

function sizesText({ sizes, packets }: Census, style: Style): string {
  const sorted = [...sizes].sort(([a], [b]) => a - b)
  if (sorted.length === 0) return 'none'
  if (sorted.length > 8) {
    const [low, high] = [sorted[0]![0], sorted.at(-1)![0]]
    return `${sorted.length} sizes, ${low} B ${drawn(sizeBuckets(sorted, low, high), style)} ${high} B`
  }
  return sorted.map(([size, n]) => `${size} B ${count(n)} (${percent(n / packets)})`).join(', ')
}

function sizeBuckets(sorted: readonly (readonly [number, number])[], low: number, high: number): number[] {
  const counts = Array.from({ length: Math.min(buckets, high - low + 1) }, () => 0)
  for (const [size, n] of sorted) counts[Math.floor(((size - low) * counts.length) / (high - low + 1))]! += n
  return counts
}

interface FlowCount {
  distinct: number
  exact: boolean
}

const flowCount = (flows: FlowTallies): FlowCount => ({
  distinct: flows[4].size + flows[6].size,
  exact: flows[4].overflow + flows[6].overflow === 0,
})

function flowsText(flows: FlowTallies, without: number): string {
  const { distinct, exact: isExact } = flowCount(flows)
  const rest = without > 0 ? `; ${packetCount(without)} without` : ''
  return `${isExact ? '' : 'more than '}${count(distinct)} different${rest}`
}

interface Shown {
  field: FieldTally
  summary: Summary
}

/** What is drawn, and what differs between alternatives, templates or streams. */
function shown({ fields }: Census): Shown[] {
  return [...fields.values()].flatMap(field => {
    const summary = summarise(field.tally, topValues, isNumber(field) ? buckets : 0)
    return summary && (field.drawn || summary.distinct > 1) ? [{ field, summary }] : []
  })
}

/** Addresses too: what has an order that means something. */
const isNumber = ({ format: { type } }: FieldTally): boolean =>
  type === 'uint' || type === 'mac' || type === 'ipv4' || type === 'ipv6'

const fieldRows =
  (style: Style) =>
  ({ field, summary }: Shown): [string, string][] => {
    const { distinct, min, max, each, top, histogram } = summary
    const text = (value: bigint) => formatValue(field.format, value)
    const values =
      distinct === 1 ? '1 value' : `${summary.exact ? '' : 'more than '}${count(distinct)} values`
    const range = isNumber(field) && distinct > 1 ? `, ${text(min)} to ${text(max)}` : ''
    const isEach = each !== null && distinct > topValues
    const often = isEach ? `, each ${each === 1 ? 'once' : `${count(each)} times`}` : ''
    const most = top.map(({ value, count: n }) => `${text(value)} (${count(n)})`).join(', ')
    return [
      [field.name, `${values}${range}${often}`],
      ...(isEach ? [] : [['', `${distinct > topValues ? 'most often ' : ''}${most}`] as [string, string]]),
      ...(distinct > topValues && histogram.length > 1
        ? [
            [
              '',
              drawn(
                histogram.map(one => one.count),
                style,
              ),
            ] as [string, string],
          ]
        : []),
    ]
  }

/** From the least to the greatest value. */
const drawn = (counts: readonly number[], { unicode }: Style): string =>
  unicode ? sparkline(counts) : asciiBars(counts)

/** Ten heights: a digit for each, 9 for the highest. */
function asciiBars(counts: readonly number[]): string {
  const most = Math.max(...counts)
  return counts.map(n => String(Math.round((n / most) * 9))).join('')
}

/** Part of `nmgen.preview/1`; numbers beyond 2^53 and addresses are text, as in its packets. */
export function statsJson({ streams, total }: Counted): object {
  const named = streams.map(({ stream, census }) => [stream, censusJson(census)])
  return { total: censusJson(total), streams: Object.fromEntries(named) }
}

function censusJson(census: Census): object {
  const { packets, bytes, sizes, flows, withoutFlow } = census
  const frames = [...sizes].sort(([a], [b]) => a - b)
  return {
    packets,
    bytes,
    frame_bytes: frames.map(([size, n]) => ({ size, count: n })),
    flows: flowCount(flows.outer),
    inner_flows: flowCount(flows.inner),
    packets_without_flow: withoutFlow,
    fields: shown(census).map(fieldJson),
    table_bytes: bytesOf(census),
  }
}

function fieldJson({ field, summary }: Shown): object {
  const { distinct, min, max, each, top, histogram } = summary
  const text = (value: bigint): string | number => {
    const formatted = formatValue(field.format, value)
    return formatted === value.toString() ? exact(value) : formatted
  }
  const bucket = ({ low, high, count: n }: Bucket) => ({ low: text(low), high: text(high), count: n })
  return {
    name: field.name,
    distinct,
    exact: summary.exact,
    ...(isNumber(field) && { min: text(min), max: text(max) }),
    each,
    top: top.map(({ value, count: n }) => ({ value: text(value), count: n })),
    histogram: histogram.map(bucket),
  }
}
