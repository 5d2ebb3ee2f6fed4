/** What lies beside a result in the folder of its run: the histograms of `latency.hlog`, the lines of `series.ndjson`. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NmgenError } from '../../errors.js'
import { Exit } from '../../exit.js'
import { type Hdr, loadHdr, toHistogram } from '../../stats/latency.js'
import type { Result } from '../../stats/result.js'
import type { Interval } from '../../stats/sampler.js'
import type { StoredResult } from '../read.js'

export type Histogram = ReturnType<typeof toHistogram>

/** Of all results together, by stream: their buckets add up. */
export async function histogramsOf(results: readonly StoredResult[]): Promise<Map<string, Histogram>> {
  const hdr = await loadHdr()
  return byStream(
    hdr,
    results.flatMap(({ file }) => read(hdr, logOf(file))),
  )
}

function byStream(hdr: Hdr, histograms: readonly Histogram[]): Map<string, Histogram> {
  const all = new Map<string, Histogram>()
  for (const histogram of histograms) {
    const name = histogram.tag === '' ? 'all' : histogram.tag
    const sum = all.get(name) ?? toHistogram(hdr, [])
    sum.add(histogram)
    all.set(name, sum)
  }
  return all
}

const logOf = (file: string): string => join(dirname(file), 'latency.hlog')

function read(hdr: Hdr, file: string): Histogram[] {
  if (!existsSync(file))
    throw new NmgenError(
      'no-histogram',
      `${file} does not exist`,
      Exit.usage,
      'histograms are kept in the folder of a run that measured latency; name that folder',
    )
  const reader = new hdr.HistogramLogReader(readFileSync(file, 'utf8'), 64)
  const found: Histogram[] = []
  for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram())
    found.push(next as Histogram)
  return found
}

/** A run as a page shows it; what its folder does not hold is empty. */
export interface StoredRun {
  result: Result
  intervals: readonly Interval[]
  /** Of the whole run, by stream. */
  latency: readonly (readonly [name: string, histogram: Histogram])[]
  /** Of all streams, by interval. */
  slices: readonly { from: number; to: number; histogram: Histogram }[]
}

export async function storedRun({ file, result }: StoredResult): Promise<StoredRun> {
  const series = join(dirname(file), 'series.ndjson')
  const lines = existsSync(series) ? readFileSync(series, 'utf8').split('\n') : []
  const intervals = lines.flatMap(line => parsed(line))
  if (!existsSync(logOf(file))) return { result, intervals, latency: [], slices: [] }
  const hdr = await loadHdr()
  const histograms = read(hdr, logOf(file))
  return { result, intervals, latency: [...byStream(hdr, histograms)], slices: slicesOf(hdr, histograms) }
}

/** The last line of a run that was killed may be half of one. */
function parsed(line: string): Interval[] {
  try {
    return [JSON.parse(line) as Interval]
  } catch {
    return []
  }
}

/** The reader adds the time at which the log began, which is when its first line does. */
function slicesOf(hdr: Hdr, histograms: readonly Histogram[]): StoredRun['slices'] {
  const slices = new Map<number, { from: number; to: number; histogram: Histogram }>()
  const began = Math.min(...histograms.map(({ startTimeStampMsec }) => startTimeStampMsec))
  for (const histogram of histograms) {
    const [from, to] = [histogram.startTimeStampMsec, histogram.endTimeStampMsec].map(
      msec => (msec - began) / 1000,
    ) as [number, number]
    const slice = slices.get(from) ?? { from, to, histogram: toHistogram(hdr, []) }
    slice.histogram.add(histogram)
    slices.set(from, slice)
  }
  return [...slices.values()]
}
