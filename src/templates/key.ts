const mask64 = (1n << 64n) - 1n

/**
 * The 64-bit key of one field's generator. It depends on the names, not on positions in the profile: a stream added
 * or moved changes no packet of another.
 */
export const fieldKey = (seed: number, stream: string, field: string): bigint =>
  splitMix64(fnv1a(`${seed}\n${stream}\n${field}`))

/**
 * FNV-1a (RFC 9923) over the UTF-8 text. Its high bits mix poorly, hence the finaliser. In two halves of 32 bits, since a
 * bigint for each byte takes twenty times as long: the prime is 2^40 + 0x1b3, so that
 * hash * prime = low * 0x1b3 + ((low << 8) + high * 0x1b3) * 2^32 modulo 2^64.
 */
function fnv1a(text: string): bigint {
  let [high, low] = [0xcbf29ce4, 0x84222325]
  const bytes = Buffer.from(text)
  for (let i = 0; i < bytes.length; i++) {
    low = (low ^ bytes[i]!) >>> 0
    const product = low * 0x1b3
    high = (Math.imul(high, 0x1b3) + (low << 8) + Math.floor(product / 2 ** 32)) >>> 0
    low = product >>> 0
  }
  return (BigInt(high) << 32n) | BigInt(low)
}

/** The finaliser of SplitMix64: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014. */
export function splitMix64(state: bigint): bigint {
  let z = state & mask64
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask64
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask64
  return z ^ (z >> 31n)
}

const gamma = 0x9e3779b97f4a7c15n

/** Number n of the generator that `key` names: r of plan.ts. */
export const draw64 = (key: bigint, n: bigint): bigint => splitMix64(key + (n + 1n) * gamma)
