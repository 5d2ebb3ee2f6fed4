/** Bits of a frame as a key of a Tally, and back. */
import type { BitRange } from '../bits.js'

export const wordsFor = (bits: number): number => Math.max(1, Math.ceil(bits / 32))

/** Writes the value of up to 32 bits at a time, the lowest ones in the last word. */
export function readKey(bytes: Uint8Array, { bitOffset, bits }: BitRange, key: Uint32Array, at = 0): void {
  for (let word = at + wordsFor(bits) - 1, end = bitOffset + bits; word >= at; word--, end -= 32)
    key[word] = readWord(bytes, Math.max(bitOffset, end - 32), end)
}

/** Bits start..end-1, at most 32. They lie in up to five bytes, which a double holds exactly. */
function readWord(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  const last = (end + 7) >> 3
  for (let byte = start >> 3; byte < last; byte++) value = value * 256 + bytes[byte]!
  const spare = (last << 3) - end
  const width = end - start
  const shifted = spare === 0 ? value : Math.floor(value / (1 << spare))
  return width === 32 ? shifted >>> 0 : shifted % 2 ** width
}

export const keyValue = (key: Uint32Array): bigint =>
  key.reduce((value, word) => (value << 32n) | BigInt(word), 0n)

/** As numbers: below 0 where a is less. */
export function compareKeys(a: Uint32Array, b: Uint32Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return 0
}
