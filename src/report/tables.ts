import Table from 'cli-table3'
import { count, inUnit } from '../stats/format.js'
import type { QueueResult, Result, StreamResult } from '../stats/result.js'
import { cut, fill, type Style, wrap } from '../stats/style.js'
import type { Unit } from '../units/metrics.js'

/** No lines, only columns: the same in every locale, and it can be cut with `awk`. */
const NO_BORDER = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/**
 * Colour is the caller's matter, and numbers stand right, behind the first `words` columns. Where it has no room in
 * `width`, each row becomes lines of its own.
 */
export function table(
  head: readonly string[],
  body: readonly (readonly string[])[],
  words: number,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const lines = columns(head, body, words)
  return lines.every(line => line.length <= width) ? lines : stacked(head, body, { words, width })
}

function columns(head: readonly string[], body: readonly (readonly string[])[], words: number): string[] {
  const colAligns = head.map((_, index) => (index < words ? ('left' as const) : ('right' as const)))
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 }
  const made = new Table({ head: [...head], chars: NO_BORDER, colAligns, style })
  made.push(...body.map(row => [...row]))
  return made
    .toString()
    .split('\n')
    .map(line => `  ${line.trimEnd()}`)
}

interface Room {
  words: number
  width: number
}

/** What a row is of, and below it what each column says. */
function stacked(
  head: readonly string[],
  body: readonly (readonly string[])[],
  { words, width }: Room,
): string[] {
  const names = Math.max(words, 1)
  return body.flatMap(row => {
    const title = wrap(row.slice(0, names).join(' '), width - 2, '  ')
    const parts = row.slice(names).map((cell, i) => `${head[names + i]} ${cell.trim()}`.trim())
    const rest = fill(
      parts.filter(part => part !== ''),
      width - 4,
    )
    return [...title.map(line => `  ${line}`), ...rest.map(line => `    ${line}`)]
  })
}

/** Only where there is more than one queue to a direction: else it repeats the rows above. */
export function queueTable({ queues }: Result, { width }: Style): string[] {
  const many = (['tx', 'rx'] as const).some(way => queues.filter(queue => queue.direction === way).length > 1)
  if (!many) return []
  return table(['queue', 'cpu', 'packets', 'rate', 'L1', 'held up'], queues.map(queueRow), 1, width)
}

function queueRow(queue: QueueResult): string[] {
  const place = [
    `${queue.direction} ${cut(queue.port, 12)}:${queue.queue}`,
    queue.cpu === null ? '-' : String(queue.cpu),
  ]
  if (queue.direction === 'rx') {
    return [
      ...place,
      count(queue.rx_packets),
      known(queue.rx_pps, 'pps'),
      '-',
      `${count(queue.device_drops)} drops`,
    ]
  }
  const share = queue.duration_s === null ? 0 : queue.ring_full_ns / 1e9 / queue.duration_s
  const full = `${(share * 100).toFixed(1)} % full`
  return [...place, count(queue.tx_packets), known(queue.tx_pps, 'pps'), known(queue.tx_bps_l1, 'bps'), full]
}

/** More rows than anybody reads; of 10,000, laying them out alone would take half a minute. */
const MOST_STREAMS = 64

/** Only where there is more than one stream, or one of several alternatives. What has no room is in result.json. */
export function streamTable({ streams }: Result, { width }: Style): string[] {
  const entries = Object.entries(streams)
  if (entries.length < 2) return []
  const shown = entries.slice(0, MOST_STREAMS)
  const rest = entries.length - shown.length
  const body = shown.map(([name, stream]) => [
    cut(titleOf(name, stream), 20),
    count(stream.tx_packets ?? 0),
    known(stream.tx_pps, 'pps'),
    known(stream.loss_ratio, 'ratio'),
    known(stream.latency_p99_ns, 'ns'),
    known(stream.latency_max_ns, 'ns'),
  ])
  const lines = table(['stream', 'sent', 'rate', 'lost', 'p99', 'max'], body, 1, width)
  return rest > 0 ? [...lines, `  and ${count(rest)} more: see result.json`] : lines
}

/** Alternatives stand below their stream, whose numbers they are part of. */
const titleOf = (name: string, stream: StreamResult): string =>
  stream.part_of === undefined ? name : `  ${name.slice(stream.part_of.length + 1)}`

function known(value: number | null, unit: Unit): string {
  return value === null ? '-' : inUnit(value, unit)
}
