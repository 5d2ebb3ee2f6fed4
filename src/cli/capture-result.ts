/** What a capture has to say at its end, as JSON (`nmgen.capture/1`) and as text. */
import type { Capture } from '../gen/capture.js'
import type { NativeFailure } from '../gen/native.js'
import { table } from '../report/tables.js'
import { count, inUnit, nanoseconds } from '../stats/format.js'
import { paint, type Style, wrap } from '../stats/style.js'
import { groupsOf } from '../templates/group.js'
import type { Plan } from '../templates/plan.js'
import type { CaptureFlags } from './capture-flags.js'
import type { Row, Tally } from './capture-tally.js'

export interface StreamRow extends Row {
  duplicates: number
  reordered: number
  corrupted: number
  /** From the sender's stamp; meaningful where it has this machine's clock. null: no signature arrived. */
  latency_mean_ns: number | null
  latency_min_ns: number | null
  latency_max_ns: number | null
}

export interface CaptureResult {
  schema: 'nmgen.capture/1'
  port: string
  filter: string
  duration_s: number
  /** Frames that arrived, whatever the filter says. */
  seen_packets: number
  /** Those that the filter wants: kept and counted below, or not, for want of room. */
  packets: number
  missed_packets: number
  /** Bytes with FCS. */
  bytes: number
  /** Nothing that the filter wants is missing, as far as the device knows. */
  complete: boolean
  sizes: Record<string, Row>
  /** By the headers' names, outermost first. */
  protocols: Record<string, Row>
  /** Packets whose headers there was no time to read; they are in `packets` and `sizes`. */
  unread_packets: number
  /** With --profile. */
  streams?: Record<string, StreamRow>
  /** Frames that are of no stream of the profile. */
  unknown_packets?: number
  counters: Record<string, number>
  warnings: Capture['warnings']
  error?: NativeFailure
}

interface Input {
  running: Capture
  tally: Tally
  plan: Plan | undefined
  flags: CaptureFlags
  seconds: number
  failure: NativeFailure | null
}

export function captureResult({ running, tally, plan, flags, seconds, failure }: Input): CaptureResult {
  const taps = running.taps.map(tap => tap.counts())
  const sum = (of: (tap: (typeof taps)[number]) => number) => taps.reduce((total, tap) => total + of(tap), 0)
  const counters = running.counters()
  const missed = sum(tap => tap.missed)
  const dropped = (counters.rx_missed ?? 0) + (counters.rx_no_buffer ?? 0)
  return {
    schema: 'nmgen.capture/1',
    port: flags.uri,
    filter: flags.filter,
    duration_s: seconds,
    seen_packets: sum(tap => tap.seen),
    packets: tally.total.packets,
    missed_packets: missed,
    bytes: tally.total.bytes,
    complete: missed === 0 && dropped === 0,
    sizes: Object.fromEntries(tally.sizes),
    protocols: Object.fromEntries([...tally.protocols].sort(([, a], [, b]) => b.packets - a.packets)),
    unread_packets: tally.unread,
    ...(plan && streamsOf(running, plan)),
    counters,
    warnings: [...running.warnings, ...lossWarnings(missed, dropped)],
    ...(failure && { error: failure }),
  }
}

function lossWarnings(missed: number, dropped: number): Capture['warnings'] {
  const said = []
  if (missed > 0)
    said.push({
      code: 'not-kept',
      message: `${count(missed)} packets arrived and were not kept: this machine could not write as fast as they came`,
      advice: 'narrow the --filter, leave out --pcap, or write to a faster disk',
    })
  if (dropped > 0)
    said.push({
      code: 'device-drops',
      message: `the device dropped ${count(dropped)} packets because nobody fetched them in time`,
      advice: 'use more --queues, or CPUs with nothing else to do (--cores)',
    })
  return said
}

function streamsOf(running: Capture, { streams }: Plan): Pick<CaptureResult, 'streams' | 'unknown_packets'> {
  const queues = running.snapshot()
  const rows = groupsOf(streams).map(group => {
    const cells = queues.flatMap(queue => group.map(({ id }) => queue.streams[id]!))
    const sum = (of: (cell: (typeof cells)[number]) => number) =>
      cells.reduce((total, cell) => total + of(cell), 0)
    const timed = cells.filter(cell => cell.latencyCount > 0)
    const samples = sum(cell => cell.latencyCount)
    const row: StreamRow = {
      packets: sum(cell => cell.packets),
      bytes: sum(cell => cell.frameBytes),
      duplicates: sum(cell => cell.duplicates),
      reordered: sum(cell => cell.reordered),
      corrupted: sum(cell => cell.corrupted),
      latency_mean_ns: samples > 0 ? sum(cell => cell.latencySumNs) / samples : null,
      latency_min_ns: samples > 0 ? Math.min(...timed.map(cell => cell.latencyMinNs)) : null,
      latency_max_ns: samples > 0 ? Math.max(...timed.map(cell => cell.latencyMaxNs)) : null,
    }
    return [group[0]!.name, row] as const
  })
  return {
    streams: Object.fromEntries(rows),
    unknown_packets: queues.reduce((total, { unknown }) => total + unknown, 0),
  }
}

export const captureJson = (result: CaptureResult): string => `${JSON.stringify(result, null, 2)}\n`

export function captureText(result: CaptureResult, style: Style): string {
  const { packets, bytes, duration_s: seconds, seen_packets: seen, filter } = result
  const rate = seconds > 0 ? `, ${inUnit(packets / seconds, 'pps')} on average` : ''
  const wanted = filter === '' ? '' : ` of ${count(seen)} that arrived`
  const head = `${count(packets)} packets${wanted}, ${inUnit(bytes, 'bytes')} B, in ${inUnit(seconds, 's')}${rate}`
  const blocks = [
    [paint(style, 'bold', head)],
    rowsTable('protocol', result.protocols),
    result.unread_packets > 0 ? [`  ${count(result.unread_packets)} more whose headers were not read`] : [],
    rowsTable(
      'frame, bytes with FCS',
      Object.fromEntries(Object.entries(result.sizes).filter(([, row]) => row.packets > 0)),
    ),
    streamsTable(result),
    result.warnings.flatMap(({ code, message, advice }) =>
      wrap(`! ${code}: ${message}${advice ? `; ${advice}` : ''}`, style.width - 2, '    ').map(
        line => `  ${line}`,
      ),
    ),
  ]
  return `${blocks
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')}\n`
}

function rowsTable(title: string, rows: Record<string, Row>): string[] {
  const body = Object.entries(rows).map(([name, row]) => [
    name,
    count(row.packets),
    inUnit(row.bytes, 'bytes'),
  ])
  return body.length === 0 ? [] : table([title, 'packets', 'bytes'], body, 1)
}

function streamsTable({ streams, unknown_packets: unknown = 0 }: CaptureResult): string[] {
  if (!streams) return []
  const time = (ns: number | null) => (ns === null ? '-' : nanoseconds(ns))
  const body = Object.entries(streams).map(([name, row]) => [
    name,
    count(row.packets),
    count(row.duplicates),
    count(row.reordered),
    count(row.corrupted),
    time(row.latency_mean_ns),
    time(row.latency_max_ns),
  ])
  const others = unknown > 0 ? [['(of none)', count(unknown), '-', '-', '-', '-', '-']] : []
  return table(
    ['stream', 'packets', 'duplicates', 'reordered', 'corrupted', 'mean', 'max'],
    [...body, ...others],
    1,
  )
}
