/** What a run under way looks like: state and width in, lines out. No clock, no terminal. */
import { count, inUnit, magnitude } from '../stats/format.js'
import type { Interval, PortInterval } from '../stats/sampler.js'
import { cut, fill, marks, paint, type Style } from '../stats/style.js'

export interface LiveState {
  name: string
  /** null: until a count is reached or somebody stops it. */
  durationS: number | null
  interval: Interval
  /** tx_pps of the last minute, oldest first. */
  history: readonly number[]
  /** Set once stopping was asked for. */
  note: string | null
}

export function liveLines(state: LiveState, style: Style): string[] {
  const lines = [header(state, style), ...quantities(state, style), ...countsLines(state.interval, style)]
  const seconds = Math.min(60, style.width - 2)
  if (style.unicode && state.history.length > 1) lines.push(`  ${sparkline(state.history.slice(-seconds))}`)
  if (state.note !== null) lines.push(`  ${paint(style, 'yellow', state.note)}`)
  return lines
}

/** One line a second, for logs and for terminals that cannot redraw. */
export function plainLine({ interval, durationS }: LiveState): string {
  const total = durationS === null ? '' : `/${clock(durationS)}`
  const parts = [
    `${clock(interval.t_s)}${total}`,
    `tx ${inUnit(interval.tx_pps, 'pps')}`,
    `${inUnit(interval.tx_bps_l1, 'bps')} L1`,
  ]
  if (interval.missing !== null) {
    parts.push(`rx ${inUnit(interval.rx_pps, 'pps')}`, `missing ${count(interval.missing)}`)
  }
  return parts.join('  ')
}

function header({ name, durationS, interval }: LiveState, style: Style): string {
  const time = durationS === null ? clock(interval.t_s) : `${clock(interval.t_s)} / ${clock(durationS)}`
  const title = cut(name, style.width - time.length - 2)
  const room = Math.min(30, style.width - title.length - time.length - 6)
  const bar = durationS !== null && room >= 10 ? `  ${progress(interval.t_s / durationS, room, style)}` : ''
  return `${paint(style, 'bold', title)}${bar}  ${time}`
}

function progress(share: number, width: number, style: Style): string {
  const { bar, rest } = marks(style)
  const full = Math.round(Math.min(Math.max(share, 0), 1) * width)
  return bar.repeat(full) + rest.repeat(width - full)
}

const CELL = 13

/** Rows are quantities, columns are ports and their total: what TRex and Pktgen users look for. */
function quantities({ interval }: LiveState, style: Style): string[] {
  const ports = Object.entries(interval.ports)
  // A terminal that is too narrow for all ports shows the first ones; the total is of all.
  const shown = ports.slice(0, Math.max(1, Math.floor((style.width - 10 - CELL) / CELL)))
  const columns: [string, PortInterval][] = ports.length === 1 ? shown : [...shown, ['total', interval]]
  const cells = (of: (port: PortInterval) => string) =>
    columns.map(([, port]) => of(port).padStart(CELL)).join('')
  return [
    `${' '.repeat(8)}${columns.map(([name]) => name.slice(0, CELL - 1).padStart(CELL)).join('')}`,
    `  Tx    ${cells(port => magnitude(port.tx_pps, 'pps'))}`,
    `  Tx L1 ${cells(port => magnitude(port.tx_bps_l1, 'bps'))}`,
    `  Tx L2 ${cells(port => magnitude(port.tx_bps_l2, 'bps'))}`,
    `  Rx    ${cells(port => magnitude(port.rx_pps, 'pps'))}`,
  ]
}

// Missing, not lost: what is under way has not arrived either, and loss is known only after the end.
function countsLines({ tx_packets, rx_packets, missing, late_packets }: Interval, style: Style): string[] {
  const parts = [`sent ${count(tx_packets)}`]
  if (rx_packets !== null) parts.push(`received ${count(rx_packets)}`, `missing ${count(missing ?? 0)}`)
  if (late_packets > 0) parts.push(`late ${count(late_packets)}`)
  return fill(parts, style.width - 2).map(line => `  ${line}`)
}

const BLOCKS = '▁▂▃▄▅▆▇█'

export function sparkline(values: readonly number[]): string {
  const top = Math.max(...values)
  const block = (value: number) => BLOCKS[Math.round((value / top) * (BLOCKS.length - 1))] ?? BLOCKS[0]
  return top > 0 ? values.map(block).join('') : ''
}

/** `0:03`, `12:34`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds + 1e-6)
  const pad = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60) % 60
  const hours = Math.floor(whole / 3600)
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`
}
