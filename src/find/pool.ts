/** Trials that were made before: a search that goes on is told of them where it asks for the same, and no device is needed. */
import type { Ask, Trial } from './trial.js'

export class Pool<Kept extends Trial> {
  readonly #left: Kept[]

  constructor(kept: readonly Kept[]) {
    this.#left = [...kept]
  }

  /** Each is given once: where a load is asked for again, the next trial at it is meant. */
  take(ask: Ask): Kept | undefined {
    const found = this.#left.findIndex(trial => isSame(trial, ask))
    return found < 0 ? undefined : this.#left.splice(found, 1)[0]
  }
}

/** The same sum in another version of the run-time may differ in its last digit. */
const isClose = (x: number, y: number): boolean => Math.abs(x - y) <= Math.abs(x) * 1e-12

const isSame = (trial: Ask, ask: Ask): boolean =>
  isClose(trial.loadPps, ask.loadPps) &&
  isClose(trial.durationS, ask.durationS) &&
  trial.frames === ask.frames
