import { magnitude } from '../../stats/format.js'
import type { Interval } from '../../stats/sampler.js'
import { ACROSS, type Axis, COLOURS, type Line, lineChart, UP } from './chart.js'
import { linear } from './scale.js'

/** One run over its time; of a comparison several. */
export interface Series {
  name: string
  intervals: readonly Interval[]
  /** Packets per second that the profile asks for; null: as fast as it goes. */
  offered: number | null
}

export function ratesChart(all: readonly Series[]): string {
  const lines = all.flatMap(linesOf)
  if (lines.every(({ points }) => points.length < 2)) return ''
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y)), 1)
  return lineChart('Packets per second', time(all), yAxis('packets/s', highest), lines)
}

export interface OverlaidSide {
  name: string
  colour: number
  runs: readonly (readonly Interval[])[]
}

/** All runs of both sides, each side in its colour: what arrived, or without a receiver what was sent. */
export function overlaidRates(sides: readonly OverlaidSide[]): string {
  const received = sides.every(({ runs }) => runs.every(run => run.every(one => one.rx_packets !== null)))
  const lines = sides.flatMap(({ name, colour, runs }) =>
    runs.map(
      (run, i): Line => ({
        name: i === 0 ? name : '',
        colour,
        points: run.map(one => [one.t_s, received ? one.rx_pps : one.tx_pps] as const),
      }),
    ),
  )
  if (lines.every(({ points }) => points.length < 2)) return ''
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y)), 1)
  const all = sides.flatMap(({ runs }) => runs.map(intervals => ({ intervals })))
  const title = `Packets per second, ${received ? 'received' : 'sent'}`
  return lineChart(title, time(all), yAxis('packets/s', highest), lines)
}

export function missingChart(all: readonly Series[]): string {
  const lines = all.map(
    ({ name, intervals }, i): Line => ({
      name: named(all, name, 'sent and not arrived'),
      colour: colourOf(i),
      points: intervals.flatMap(({ t_s, missing }) => (missing === null ? [] : [[t_s, missing] as const])),
    }),
  )
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(([, y]) => y)), 0)
  if (highest === 0) return ''
  return lineChart('Packets missing', time(all), yAxis('packets', highest), lines)
}

function linesOf({ name, intervals, offered }: Series, i: number, all: readonly Series[]): Line[] {
  const of = (what: string, colour: number, value: (one: Interval) => number | null): Line => ({
    name: named(all, name, what),
    colour,
    points: intervals.flatMap(one => (value(one) === null ? [] : [[one.t_s, value(one)!] as const])),
  })
  const sent = of('sent', 1, ({ tx_pps }) => tx_pps)
  const received = intervals.some(({ rx_packets }) => rx_packets !== null)
    ? [of('received', 2, ({ rx_pps }) => rx_pps)]
    : []
  // Of several, the line that decides: two of each would be a thicket.
  if (all.length > 1) return [{ ...(received[0] ?? sent), colour: colourOf(i) }]
  const asked =
    offered === null
      ? []
      : [{ ...of('offered', 3, ({ rate_factor = 1 }) => offered * rate_factor), dashed: true }]
  return [...asked, { ...sent, broad: true }, ...received]
}

const colourOf = (i: number): number => (i % COLOURS) + 1

const named = (all: readonly Series[], name: string, what: string): string =>
  all.length > 1 ? `${name}: ${what}` : what

function time(all: readonly Pick<Series, 'intervals'>[]): Axis {
  const intervals = all.flatMap(one => one.intervals)
  const begin = Math.min(...intervals.map(({ t_s, interval_s }) => t_s - interval_s))
  const end = Math.max(...intervals.map(({ t_s }) => t_s))
  return {
    scale: linear(begin, end, ACROSS),
    title: 'seconds',
    write: value => String(Number(value.toPrecision(6))),
  }
}

const yAxis = (title: string, highest: number): Axis => ({
  scale: linear(0, highest * 1.05, UP),
  title,
  write: value => magnitude(value, '').trim(),
})
