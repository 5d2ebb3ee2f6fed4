/** The reader's side of native/tx/tap.h: a ring of pcap records in shared memory, one writer, one reader. */

const Cell = { head: 0, missed: 1, seen: 2, stored: 3, tail: 8, limit: 9, snap: 10, cells: 16 } as const
const CELL_BYTES = 8
const RECORD_BYTES = 16

/** A frame as it was kept. `bytes` may be fewer than `length`, the frame's own, which is without FCS. */
export interface Captured {
  timeNs: bigint
  length: number
  bytes: Uint8Array
}

export interface TapCounts {
  /** Frames that arrived, that the filter wanted and were kept, and that it wanted but found no room. */
  seen: number
  stored: number
  missed: number
}

export class Tap {
  readonly memory: Uint8Array
  readonly #cells: BigUint64Array
  readonly #ring: Uint8Array

  /** `ringBytes`: room for what is not read yet. `snapBytes`: of each frame. `limit`: frames in all, 0 for no end. */
  constructor(ringBytes: number, snapBytes: number, limit: number) {
    const shared = new SharedArrayBuffer(Cell.cells * CELL_BYTES + ringBytes)
    this.memory = new Uint8Array(shared)
    this.#cells = new BigUint64Array(shared, 0, Cell.cells)
    this.#ring = new Uint8Array(shared, Cell.cells * CELL_BYTES)
    this.#cells[Cell.snap] = BigInt(snapBytes)
    this.#cells[Cell.limit] = BigInt(limit)
  }

  counts(): TapCounts {
    const read = (cell: number) => Number(Atomics.load(this.#cells, cell))
    return { seen: read(Cell.seen), stored: read(Cell.stored), missed: read(Cell.missed) }
  }

  /** How much of the ring waits to be read, 0 to 1. */
  get fill(): number {
    const waiting = Atomics.load(this.#cells, Cell.head) - Atomics.load(this.#cells, Cell.tail)
    return Number(waiting) / this.#ring.length
  }

  /** Takes whole records out of the ring, as they stand in a pcap file. Empty: there are none. */
  drain(): Uint8Array {
    const tail = Atomics.load(this.#cells, Cell.tail)
    const size = Number(Atomics.load(this.#cells, Cell.head) - tail)
    const at = Number(tail % BigInt(this.#ring.length))
    const first = Math.min(size, this.#ring.length - at)
    const records = new Uint8Array(size)
    records.set(this.#ring.subarray(at, at + first))
    records.set(this.#ring.subarray(0, size - first), first)
    Atomics.store(this.#cells, Cell.tail, tail + BigInt(size))
    return records
  }
}

/** The frames of what `drain` gave. */
export function* framesOf(records: Uint8Array): Generator<Captured> {
  const view = new DataView(records.buffer, records.byteOffset, records.length)
  for (let at = 0; at < records.length; ) {
    const kept = view.getUint32(at + 8, true)
    const bytes = records.subarray(at + RECORD_BYTES, at + RECORD_BYTES + kept)
    const timeNs = BigInt(view.getUint32(at, true)) * 1_000_000_000n + BigInt(view.getUint32(at + 4, true))
    yield { timeNs, length: view.getUint32(at + 12, true), bytes }
    at += RECORD_BYTES + kept
  }
}
