/** Adds the RX queues' latency buckets up, for the whole run and between two readings. */
import { HISTOGRAM_CELLS, histogramOf } from './page.js'
import type { Queue } from './queues.js'
import type { StreamHistogram } from './snapshot.js'

export class LatencyReader {
  readonly #queues: readonly Queue[]
  readonly #before = new Map<string, BigUint64Array>()

  constructor(queues: readonly Queue[]) {
    this.#queues = queues.filter(({ direction }) => direction === 'rx')
  }

  /** Since the run began. */
  total(): StreamHistogram[] {
    const sums = new Map<string, { streams: readonly number[]; counts: BigUint64Array }>()
    for (const queue of this.#queues)
      for (const [k, streams] of sharersOf(queue).entries()) {
        const live = histogramOf(queue.page, k)!
        const key = streams.join()
        const { counts } = sums.get(key) ?? { counts: new BigUint64Array(HISTOGRAM_CELLS) }
        for (let b = 0; b < HISTOGRAM_CELLS; b++) if (live[b] !== 0n) counts[b] = counts[b]! + live[b]!
        sums.set(key, { streams, counts })
      }
    return [...sums.values()]
  }

  /** Since the previous call. */
  interval(): StreamHistogram[] {
    return this.total().map(({ streams, counts }) => {
      const before = this.#before.get(streams.join())
      this.#before.set(streams.join(), counts)
      return { streams, counts: before ? counts.map((count, b) => count - before[b]!) : counts }
    })
  }
}

/** The streams of each histogram. */
function sharersOf({ streams, histograms }: Queue): number[][] {
  const sharers = Array.from({ length: Math.max(-1, ...histograms) + 1 }, (): number[] => [])
  for (const [k, id] of streams.entries()) sharers[histograms[k]!]!.push(id)
  return sharers
}
