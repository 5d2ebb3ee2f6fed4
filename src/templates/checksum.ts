/** The Internet checksum, RFC 1071. */

/** The sum of big-endian 16-bit words; an odd last byte counts as if a zero followed it. Not folded. */
export function sumWords(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let sum = 0
  for (let i = start; i < end; i += 2) sum += bytes[i]! * 256 + (i + 1 < end ? bytes[i + 1]! : 0)
  return sum
}

/** Carries back in what does not fit in 16 bits. Only a sum of nothing but zeros folds to 0. */
export function fold(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000)
  return folded
}

export const checksumOf = (sum: number): number => 0xffff - fold(sum)
