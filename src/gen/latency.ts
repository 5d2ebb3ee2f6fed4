/** Adds the RX queues' latency buckets up, for the whole run and between two readings. */
import { HISTOGRAM_CELLS, histogramOf } from './page.js'
import { MAX_HISTOGRAMS, type Queue } from './queues.js'
import { ALL_STREAMS, type StreamHistogram } from './snapshot.js'

const sharesHistogram = (queue: Queue): boolean => queue.streams.length > MAX_HISTOGRAMS

export class LatencyReader {
  readonly #queues: readonly Queue[]
  readonly #before = new Map<number, BigUint64Array>()

  constructor(queues: readonly Queue[]) {
    this.#queues = queues.filter(({ direction }) => direction === 'rx')
  }

  /** Since the run began. */
  total(): StreamHistogram[] {
    const sums = new Map<number, BigUint64Array>()
    for (const queue of this.#queues)
      queue.streams.forEach((id, k) => {
        const stream = sharesHistogram(queue) ? ALL_STREAMS : id
        const live = histogramOf(queue.page, k)
        if (!live) return
        const sum = sums.get(stream) ?? new BigUint64Array(HISTOGRAM_CELLS)
        for (let b = 0; b < HISTOGRAM_CELLS; b++) if (live[b] !== 0n) sum[b] = sum[b]! + live[b]!
        sums.set(stream, sum)
      })
    return [...sums].map(([stream, counts]) => ({ stream, counts }))
  }

  /** Since the previous call. */
  interval(): StreamHistogram[] {
    return this.total().map(({ stream, counts }) => {
      const before = this.#before.get(stream)
      this.#before.set(stream, counts)
      return { stream, counts: before ? counts.map((count, b) => count - before[b]!) : counts }
    })
  }
}
