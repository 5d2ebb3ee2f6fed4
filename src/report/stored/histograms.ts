/** The latency histograms beside a result, back from its `latency.hlog`. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NmgenError } from '../../errors.js'
import { Exit } from '../../exit.js'
import { type Hdr, loadHdr, toHistogram } from '../../stats/latency.js'
import type { StoredResult } from '../read.js'

type Histogram = ReturnType<typeof toHistogram>

/** Of all results together, by stream: their buckets add up. */
export async function histogramsOf(results: readonly StoredResult[]): Promise<Map<string, Histogram>> {
  const hdr = await loadHdr()
  const all = new Map<string, Histogram>()
  for (const { file } of results)
    for (const histogram of read(hdr, join(dirname(file), 'latency.hlog'))) {
      const name = histogram.tag === '' ? 'all' : histogram.tag
      const sum = all.get(name) ?? toHistogram(hdr, [])
      sum.add(histogram)
      all.set(name, sum)
    }
  return all
}

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
