/** Latency of a run under way, and as Prometheus has histograms: how many packets took so long or less. */
import type { Float64Histogram } from 'hdr-histogram-js'
import type { Family, Sample } from './families.js'
import { type Hdr, type StreamHistogram, toHistogram } from './latency.js'

/** 1, 2 and 5 in each decade from 100 ns to 10 s. */
const BOUNDS_NS = [-7, -6, -5, -4, -3, -2, -1, 0]
  .flatMap(power => [1, 2, 5].map(digit => digit * 10 ** (power + 9)))
  .concat(1e10)

/** Of the whole run so far; what the native receivers count is handed over interval by interval. */
export class LatencySoFar {
  /** Streams that share a histogram cannot be told apart: theirs is under the empty name. */
  readonly byStream = new Map<string, Float64Histogram>()

  constructor(
    private readonly hdr: Hdr,
    /** Names of the streams, by id. */
    private readonly names: readonly string[],
  ) {}

  add(entries: readonly StreamHistogram[]): void {
    for (const { streams, counts } of entries) {
      const names = [...new Set(streams.map(id => this.names[id]!))]
      const name = names.length === 1 ? names[0]! : ''
      const sum = this.byStream.get(name) ?? toHistogram(this.hdr, [])
      sum.add(toHistogram(this.hdr, [counts]))
      this.byStream.set(name, sum)
    }
  }

  family(): Family {
    const samples = [...this.byStream].flatMap(([stream, histogram]) => samplesOf(stream, histogram))
    const help = 'One-way latency; without the name of a stream: of several'
    return { name: 'nmgen_latency_seconds', help, type: 'histogram', samples }
  }
}

function samplesOf(stream: string, histogram: Float64Histogram): Sample[] {
  const below = BOUNDS_NS.map(() => 0)
  let sumNs = 0
  for (let i = 0; i < histogram.countsArrayLength; i++) {
    const count = histogram.getCountAtIndex(i)
    if (count === 0) continue
    const ns = histogram.valueFromIndex(i)
    sumNs += ns * count
    for (const [k, bound] of BOUNDS_NS.entries()) if (ns <= bound) below[k]! += count
  }
  const { totalCount } = histogram
  const bucket = (le: string, value: number): Sample => ({ suffix: '_bucket', labels: { stream, le }, value })
  return [
    ...BOUNDS_NS.map((bound, k) => bucket(String(bound / 1e9), below[k]!)),
    bucket('+Inf', totalCount),
    { suffix: '_sum', labels: { stream }, value: sumNs / 1e9 },
    { suffix: '_count', labels: { stream }, value: totalCount },
  ]
}
