/** Adds the queues' buckets up, for the whole run and between two readings; and what they say of their schedules. */
import { histogramOf, type Page, timingOf } from './page.js'
import { HISTOGRAM_CELLS, TimedCell } from './page-cells.js'
import { readTiming } from './page-read.js'
import type { Queue } from './queues.js'
import type { Histograms, StreamHistogram, Timing } from './snapshot.js'

type Part = { streams: readonly number[]; counts: Page }

/** Reads the three kinds of histograms of a run. */
export class LatencyReader {
  readonly #queues: readonly Queue[]
  readonly #before: Record<keyof Histograms, Map<string, BigUint64Array>> = {
    latency: new Map(),
    schedule: new Map(),
    lateness: new Map(),
  }

  constructor(queues: readonly Queue[]) {
    this.#queues = queues
  }

  /** Latency since the run began. */
  total(): StreamHistogram[] {
    return added(this.#queues.flatMap(wireParts))
  }

  /** How the schedules were kept, queue by queue: what receivers saw of it, or senders. */
  timings(direction: 'tx' | 'rx'): Timing[] {
    return this.#queues
      .filter(queue => queue.direction === direction)
      .flatMap(queue =>
        blocksOf(queue).map(({ streams, block }) => ({
          streams,
          ...readTiming(block),
          counts: block.slice(TimedCell.header),
        })),
      )
  }

  /** Since the previous call. */
  interval(): Histograms {
    const timed = (direction: 'tx' | 'rx') =>
      this.#queues
        .filter(queue => queue.direction === direction)
        .flatMap(blocksOf)
        .map(({ streams, block }) => ({ streams, counts: block.subarray(TimedCell.header) }))
    return {
      latency: this.#since('latency', this.total()),
      schedule: this.#since('schedule', added(timed('rx'))),
      lateness: this.#since('lateness', added(timed('tx'))),
    }
  }

  #since(kind: keyof Histograms, totals: StreamHistogram[]): StreamHistogram[] {
    return totals.map(({ streams, counts }) => {
      const before = this.#before[kind].get(streams.join())
      this.#before[kind].set(streams.join(), counts)
      return { streams, counts: before ? counts.map((count, b) => count - before[b]!) : counts }
    })
  }
}

const wireParts = (queue: Queue): Part[] =>
  queue.direction === 'tx'
    ? []
    : sharersOf(queue).map((streams, k) => ({ streams, counts: histogramOf(queue.page, k)! }))

function blocksOf(queue: Queue): { streams: readonly number[]; block: Page }[] {
  const shared = queue.direction === 'tx' ? [queue.streams] : sharersOf(queue)
  return shared.flatMap((streams, k) => {
    const block = timingOf(queue.direction, queue.page, k)
    return block ? [{ streams, block }] : []
  })
}

/** What several queues counted of the same streams is one. */
function added(parts: readonly Part[]): StreamHistogram[] {
  const sums = new Map<string, StreamHistogram>()
  for (const { streams, counts: live } of parts) {
    const key = streams.join()
    const { counts } = sums.get(key) ?? { counts: new BigUint64Array(HISTOGRAM_CELLS) }
    for (let b = 0; b < HISTOGRAM_CELLS; b++) if (live[b] !== 0n) counts[b] = counts[b]! + live[b]!
    sums.set(key, { streams, counts })
  }
  return [...sums.values()]
}

/** The streams of each histogram. */
function sharersOf({ streams, histograms }: Queue): number[][] {
  const sharers = Array.from({ length: Math.max(-1, ...histograms) + 1 }, (): number[] => [])
  for (const [k, id] of streams.entries()) sharers[histograms[k]!]!.push(id)
  return sharers
}
