/** What becomes of the groups of streams that are accounted for: how many packets were sent in each, and received. */
import { hearsGroups } from '../templates/group.js'
import type { Plan, StreamPlan } from '../templates/plan.js'
import { encodePlan } from './encode.js'
import { native } from './native.js'
import { groupHistogramOf, type Page } from './page.js'
import { Cell, HISTOGRAM_CELLS, TxStreamCell } from './page-cells.js'
import { readGroup } from './page-read-rx.js'
import { groupsBefore, type Queue } from './queues.js'
import { ownShard, type Shard } from './shard.js'
import type { StreamGroups } from './snapshot.js'

/** A stream on one sending queue. */
interface Sent {
  stream: StreamPlan
  page: Page
  /** Its place on the page. */
  place: number
  plan: Uint8Array
  /** Packets of the queue after which groups come again in the same order; 0: they do not. */
  period: number
  /** Packets that have been counted into the cells. */
  counted: bigint
  cells: BigUint64Array
}

export class GroupReader {
  readonly #streams: readonly StreamPlan[]
  readonly #sent: readonly Sent[]

  constructor(
    private readonly plan: Plan,
    private readonly queues: readonly Queue[],
  ) {
    this.#streams = plan.streams.filter(({ account, rx }) => account && rx !== null)
    this.#sent = queues.flatMap(queue =>
      queue.shard ? this.#streams.flatMap(stream => sentOn(queue, queue.shard!, stream)) : [],
    )
  }

  /** What is sent is known from its number; where that takes a look at each, it is done as the run goes on. */
  advance(): void {
    for (const part of this.#sent) if (part.period === 0) countTo(part, sentSoFar(part))
  }

  total(): StreamGroups[] {
    return this.#streams.map(stream => ({
      stream: stream.id,
      sent: this.#sentOf(stream),
      received: this.#heard(stream).map(({ page }) => {
        const first = this.#firstOf(stream)
        return stream.account!.groups.map((_, cell) => readGroup(page, first + cell))
      }),
      histograms: this.#histogramsOf(stream),
    }))
  }

  #sentOf(stream: StreamPlan): number[] | null {
    const parts = this.#sent.filter(part => part.stream === stream)
    if (parts.some(({ page }) => Atomics.load(page, Cell.skipped) > 0n)) return null
    const cells = parts.map(allSent)
    return stream.account!.groups.map((_, cell) => cells.reduce((sum, one) => sum + Number(one[cell]!), 0))
  }

  #heard(stream: StreamPlan): Queue[] {
    if (!hearsGroups(stream)) return []
    return this.queues.filter(({ direction, port }) => direction === 'rx' && port.name === stream.rx)
  }

  #firstOf(stream: StreamPlan): number {
    const listed = this.plan.streams.filter(({ rx }) => rx === stream.rx)
    return groupsBefore(listed, listed.indexOf(stream))
  }

  #histogramsOf(stream: StreamPlan): BigUint64Array[] | null {
    const first = this.#firstOf(stream)
    const pages = this.#heard(stream).map(({ page }) => page)
    if (stream.signature === null || pages.length === 0 || pages.some(page => !groupHistogramOf(page, first)))
      return null
    return stream.account!.groups.map((_, cell) => {
      const sum = new BigUint64Array(HISTOGRAM_CELLS)
      for (const page of pages)
        for (const [b, count] of groupHistogramOf(page, first + cell)!.entries())
          if (count !== 0n) sum[b] = sum[b]! + count
      return sum
    })
  }
}

function sentOn({ streams, page }: Queue, shard: Shard, stream: StreamPlan): Sent[] {
  const place = streams.indexOf(stream.id)
  if (place < 0) return []
  const { period, groups } = stream.account!
  return [
    {
      stream,
      page,
      place,
      plan: encodePlan({ durationNs: null, streams: [stream] }, { shard, accounts: true }),
      period: period / gcd(period, ownShard(stream, shard).stride),
      counted: 0n,
      cells: new BigUint64Array(groups.length),
    },
  ]
}

const sentSoFar = ({ page, place }: Sent): bigint =>
  Atomics.load(page, Cell.headerCells + place * TxStreamCell.cells + TxStreamCell.packets)

function countTo(part: Sent, count: bigint): void {
  if (count <= part.counted) return
  tally(part, part.counted, count - part.counted, part.cells)
  part.counted = count
}

function tally({ plan }: Sent, first: bigint, count: bigint, cells: BigUint64Array): void {
  const failure = native().tally(plan, first, count, cells)
  if (failure) throw new Error(failure.message)
}

/** Whole periods are alike. */
function allSent(part: Sent): BigUint64Array {
  const count = sentSoFar(part)
  const period = BigInt(part.period)
  if (period === 0n || count < period) {
    countTo(part, count)
    return part.cells
  }
  const once = new BigUint64Array(part.cells.length)
  tally(part, 0n, period, once)
  const all = once.map(cell => cell * (count / period))
  tally(part, 0n, count % period, all)
  return all
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
