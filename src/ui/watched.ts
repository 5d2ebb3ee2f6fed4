/** What a page that looks on shows of a run: the charts of its report, over what was measured so far. */
import { heatMap, percentileChart, type Slice } from '../report/html/latency.js'
import { section, table } from '../report/html/markup.js'
import { missingChart, ratesChart } from '../report/html/rates.js'
import { LatencySoFar } from '../stats/buckets.js'
import { inUnit } from '../stats/format.js'
import { type Hdr, type Histograms, toHistogram } from '../stats/latency.js'
import type { Interval } from '../stats/sampler.js'
import { clock } from './live.js'

/** Of a run of days, the charts show the last ten minutes, and the map of latencies the last one: a column is 200 KiB. */
const SHOWN_S = 600
const COLUMNS = 60

export interface WatchedRun {
  name: string
  /** null: until a count is reached or somebody stops it. */
  durationS: number | null
  /** Names of the streams, by id. */
  streams: readonly string[]
}

/** Texts of HTML, by the place of the page that shows them. */
export type Panels = Readonly<Record<'status' | 'rates' | 'latency', string>>

export class Watched {
  readonly #intervals: Interval[] = []
  readonly #slices: Slice[] = []
  readonly #latency: LatencySoFar

  constructor(
    private readonly hdr: Hdr,
    private readonly run: WatchedRun,
  ) {
    this.#latency = new LatencySoFar(hdr, run.streams)
  }

  add({ interval, latency }: { interval: Interval; latency: Histograms['latency'] }): void {
    keep(this.#intervals, interval, SHOWN_S)
    this.#latency.add(latency)
    const histogram = toHistogram(
      this.hdr,
      latency.map(({ counts }) => counts),
    )
    keep(this.#slices, { from: interval.t_s - interval.interval_s, to: interval.t_s, histogram }, COLUMNS)
  }

  panels(): Panels {
    const series = [{ name: this.run.name, intervals: this.#intervals, offered: null }]
    const latency = [...this.#latency.byStream].map(
      ([name, histogram]) => [name || 'several', histogram] as const,
    )
    return {
      status: this.#status(),
      rates: section('Over time', ratesChart(series), missingChart(series)),
      latency: section('Latency', percentileChart(latency), heatMap(this.#slices)),
    }
  }

  #status(): string {
    const now = this.#intervals.at(-1)
    if (!now) return '<p>about to begin</p>'
    const of = this.run.durationS === null ? '' : ` of ${clock(this.run.durationS)}`
    return `<p>${clock(now.t_s)}${of}</p>${table('Over the last second', COLUMNS_OF_NOW, [numbers(now)])}`
  }
}

const COLUMNS_OF_NOW = [
  'sent',
  'sent, layer 1',
  'sent, layer 2',
  'received',
  'missing so far',
  'late so far',
].map(name => ({ name, numeric: true }))

const numbers = (now: Interval): string[] => [
  inUnit(now.tx_pps, 'pps'),
  inUnit(now.tx_bps_l1, 'bps'),
  inUnit(now.tx_bps_l2, 'bps'),
  now.rx_packets === null ? 'nobody listens' : inUnit(now.rx_pps, 'pps'),
  now.missing === null ? '-' : inUnit(now.missing, 'packets'),
  inUnit(now.late_packets, 'packets'),
]

function keep<T>(list: T[], value: T, most: number): void {
  list.push(value)
  if (list.length > most) list.shift()
}
