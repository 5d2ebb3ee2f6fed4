/** The rate of a run, changed by hand while it goes on: from one moment on, schedules have another speed (native/tx/pace.h). */
import type { Page } from './page.js'
import { Cell, State } from './page-cells.js'
import type { RateChange } from './snapshot.js'

/** A change lies so far ahead that every loop hears of it before: all queues change at one moment. */
const LEAD_NS = 5_000_000n
const POLL_MS = 5
const MILLION = 1e6

export class RateControl {
  /** Those that were made, oldest first. */
  readonly changes: RateChange[] = []
  #epochNs: bigint | undefined
  #wanted: number | undefined
  #atNs = 0n
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Of the pages of sending queues. */
  constructor(
    private readonly pages: readonly Page[],
    private readonly nowNs: () => bigint,
  ) {}

  /** The run has begun: what was asked for before counts from now on. */
  begin(epochNs: bigint): void {
    this.#epochNs = epochNs
    this.#make()
  }

  /** `factor`: of what the plan asks for. Of several that are asked for within milliseconds, the last one counts. */
  ask(factor: number): void {
    this.#wanted = factor
    this.#make()
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#epochNs = undefined
  }

  #make(): void {
    clearTimeout(this.#timer)
    if (this.#wanted === undefined || this.#epochNs === undefined) return
    if (!this.pages.every(page => this.#hasTaken(page))) {
      this.#timer = setTimeout(() => this.#make(), POLL_MS)
      return
    }
    if (this.#wanted === (this.changes.at(-1)?.factor ?? 1)) return
    this.#atNs = this.nowNs() + LEAD_NS
    for (const page of this.pages) {
      Atomics.store(page, Cell.rate, BigInt(Math.round(this.#wanted * MILLION)))
      Atomics.store(page, Cell.rateAtNs, this.#atNs)
    }
    this.changes.push({ ns: Number(this.#atNs - this.#epochNs), factor: this.#wanted })
    this.#wanted = undefined
  }

  /** A loop knows of one change at a time. One without a schedule has none to keep; one that has ended needs none. */
  #hasTaken(page: Page): boolean {
    if (Atomics.load(page, Cell.timings) === 0n || Atomics.load(page, Cell.state) === State.done) return true
    return Atomics.load(page, Cell.rateTakenNs) === this.#atNs
  }
}
