/**
 * Counts how often each key occurs, exactly: a hash table with open addressing (Knuth, TAOCP 3, 6.4) in typed arrays,
 * because a Map of a million texts takes ten times the memory. A key is a number of 32-bit words, the highest first.
 */
export class Tally {
  readonly words: number
  readonly #mostBytes: number
  #slots = 64
  #keys: Uint32Array
  /** How often; 0 is a free slot. Exact up to 2^53. */
  #counts: Float64Array
  #size = 0
  #overflow = 0

  constructor(words: number, mostBytes = 1 << 28) {
    this.words = words
    this.#mostBytes = mostBytes
    this.#keys = new Uint32Array(this.#slots * words)
    this.#counts = new Float64Array(this.#slots)
  }

  /** Different keys; where `overflow` is not 0, at least so many. */
  get size(): number {
    return this.#size
  }

  /** Additions of keys for which there was no memory left. */
  get overflow(): number {
    return this.#overflow
  }

  get bytes(): number {
    return this.#keys.byteLength + this.#counts.byteLength
  }

  /** The key is copied. */
  add(key: Uint32Array, times = 1): void {
    let slot = this.#slotOf(key)
    if (this.#counts[slot] === 0) {
      if (this.#size * 3 >= this.#slots * 2) {
        if (!this.#grow()) {
          this.#overflow += times
          return
        }
        slot = this.#slotOf(key)
      }
      this.#keys.set(key, slot * this.words)
      this.#size++
    }
    this.#counts[slot]! += times
  }

  /** `key` is a view, good until the next one. In no order. */
  *entries(): Generator<{ key: Uint32Array; count: number }> {
    for (let slot = 0; slot < this.#slots; slot++)
      if (this.#counts[slot] !== 0) yield { key: this.#keyAt(slot), count: this.#counts[slot]! }
  }

  addAll(other: Tally): void {
    for (const { key, count } of other.entries()) this.add(key, count)
    this.#overflow += other.overflow
  }

  #keyAt = (slot: number): Uint32Array => this.#keys.subarray(slot * this.words, (slot + 1) * this.words)

  /** The slot that holds the key, or the free one where it belongs. */
  #slotOf(key: Uint32Array): number {
    const mask = this.#slots - 1
    let slot = hash(key, this.words) & mask
    while (this.#counts[slot] !== 0 && !this.#holds(slot, key)) slot = (slot + 1) & mask
    return slot
  }

  #holds(slot: number, key: Uint32Array): boolean {
    for (let i = 0, at = slot * this.words; i < this.words; i++, at++)
      if (this.#keys[at] !== key[i]) return false
    return true
  }

  #grow(): boolean {
    if (this.bytes * 2 > this.#mostBytes) return false
    const [keys, counts] = [this.#keys, this.#counts]
    this.#slots *= 2
    this.#keys = new Uint32Array(keys.length * 2)
    this.#counts = new Float64Array(counts.length * 2)
    for (let old = 0; old < counts.length; old++) {
      if (counts[old] === 0) continue
      const key = keys.subarray(old * this.words, (old + 1) * this.words)
      const slot = this.#slotOf(key)
      this.#keys.set(key, slot * this.words)
      this.#counts[slot] = counts[old]!
    }
    return true
  }
}

/** MurmurHash3's 32-bit mixing: values of a generator are often a plain count, whose low bits alone would do badly. */
function hash(key: Uint32Array, words: number): number {
  let h = 0
  for (let i = 0; i < words; i++) {
    let k = Math.imul(key[i]!, 0xcc9e2d51)
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593)
    h ^= k
    h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
