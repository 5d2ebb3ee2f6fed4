/** In shared memory: it goes to another thread as it is. */
const memory = (bytes: number) => new Uint8Array(new SharedArrayBuffer(bytes))

/** Appends little-endian numbers and byte strings to one growing buffer. */
export class ByteWriter {
  #bytes = memory(4096)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  #room(n: number): number {
    const at = this.#length
    this.#length += n
    if (this.#length > this.#bytes.length) {
      const bytes = memory(Math.max(this.#length, this.#bytes.length * 2))
      bytes.set(this.#bytes)
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer)
    }
    return at
  }

  u32(value: number): void {
    const at = this.#room(4) // first: it may replace the view
    this.#view.setUint32(at, value, true)
  }

  u64(value: bigint): void {
    const at = this.#room(8)
    this.#view.setBigUint64(at, value, true) // its lowest 64 bits
  }

  f64(value: number): void {
    const at = this.#room(8)
    this.#view.setFloat64(at, value, true)
  }

  /** A length as u32, then the bytes. */
  blob(bytes: Uint8Array): void {
    this.u32(bytes.length)
    this.bytes(bytes)
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** A count as u32, then each item. */
  list<T>(items: readonly T[], write: (item: T) => void): void {
    this.u32(items.length)
    for (const item of items) write(item)
  }

  get length(): number {
    return this.#length
  }

  /** A view of what was written from `start` on, which stays as it is. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.#length)
  }

  /** What was written. The room behind it was never touched, and takes no memory. */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}
