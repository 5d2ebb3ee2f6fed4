/** What lies beside a result in the folder of its run: the histograms of `latency.hlog`, the lines of `series.ndjson`. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NmgenError } from '../../errors.js'
import { Exit } from '../../exit.js'
import { type Hdr, type Histograms, loadHdr, toHistogram } from '../../stats/latency.js'
import type { Result } from '../../stats/result.js'
import type { Interval } from '../../stats/sampler.js'
import type { StoredResult } from '../read.js'

export type Histogram = ReturnType<typeof toHistogram>

export const KINDS = ['latency', 'schedule', 'lateness'] as const satisfies readonly (keyof Histograms)[]

/** Of all results together, by the tag of the stream: their buckets add up. */
export async function histogramsOf(
  results: readonly StoredResult[],
  kind: keyof Histograms = 'latency',
): Promise<Map<string, Histogram>> {
  const hdr = await loadHdr()
  return byStream(
    hdr,
    results.flatMap(partsOf).flatMap(({ file }) => read(hdr, logOf(file, kind))),
  )
}

/** What lies in folders lies in those of its parts. */
const partsOf = (stored: StoredResult): readonly StoredResult[] => stored.parts ?? [stored]

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

/** A new one: those that are added up stay as they are. */
export async function sumOf(histograms: Iterable<Histogram>): Promise<Histogram> {
  const sum = toHistogram(await loadHdr(), [])
  for (const histogram of histograms) sum.add(histogram)
  return sum
}

const logOf = (file: string, kind: keyof Histograms): string => join(dirname(file), `${kind}.hlog`)

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

/** Did it measure latency, and is its log still there? */
export const hasHistograms = (stored: StoredResult): boolean =>
  partsOf(stored).every(({ file }) => existsSync(logOf(file, 'latency')))

/** A run as a page shows it; what its folder does not hold is empty. */
export interface StoredRun {
  result: Result
  /** One of a run; of several that are merged, one each. */
  series: readonly { name: string; intervals: readonly Interval[] }[]
  /** Of the whole run, by stream. */
  latency: readonly (readonly [name: string, histogram: Histogram])[]
  /** Of all streams, by interval. */
  slices: readonly { from: number; to: number; histogram: Histogram }[]
}

export async function storedRun(stored: StoredResult): Promise<StoredRun> {
  const { result } = stored
  const parts = partsOf(stored)
  const series = parts.map(({ file, result: { profile } }, i) => ({
    name: result.merged?.parts[i]?.name ?? profile.name,
    intervals: intervalsOf(file),
  }))
  if (!hasHistograms(stored)) return { result, series, latency: [], slices: [] }
  const hdr = await loadHdr()
  const histograms = parts.map(({ file }) => read(hdr, logOf(file, 'latency')))
  return {
    result,
    series,
    latency: [...byStream(hdr, histograms.flat())],
    slices: slicesOf(hdr, histograms),
  }
}

export function intervalsOf(file: string): Interval[] {
  const series = join(dirname(file), 'series.ndjson')
  return existsSync(series) ? readFileSync(series, 'utf8').split('\n').flatMap(parsed) : []
}

/** The last line of a run that was killed may be half of one. */
function parsed(line: string): Interval[] {
  try {
    return [JSON.parse(line) as Interval]
  } catch {
    return []
  }
}

/** The reader adds the time at which the log began, which is when its first line does: each log has its own. */
function slicesOf(hdr: Hdr, logs: readonly (readonly Histogram[])[]): StoredRun['slices'] {
  const slices = new Map<number, { from: number; to: number; histogram: Histogram }>()
  for (const histograms of logs) {
    const began = Math.min(...histograms.map(({ startTimeStampMsec }) => startTimeStampMsec))
    for (const histogram of histograms) {
      const [from, to] = [histogram.startTimeStampMsec, histogram.endTimeStampMsec].map(
        msec => (msec - began) / 1000,
      ) as [number, number]
      // Logs of several runs are a little apart: what is of one tenth of a second is one column.
      const tenth = Math.round(from * 10)
      const slice = slices.get(tenth) ?? { from, to, histogram: toHistogram(hdr, []) }
      slice.histogram.add(histogram)
      slices.set(tenth, slice)
    }
  }
  return [...slices.values()]
}
