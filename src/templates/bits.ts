/** Bit fields in network order: bit 0 is the most significant bit of byte 0. */
export interface BitRange {
  bitOffset: number
  bits: number
}

export function readBits(bytes: Uint8Array, { bitOffset, bits }: BitRange): bigint {
  const { offset, length, shift } = container({ bitOffset, bits })
  return (toInteger(bytes.subarray(offset, offset + length)) >> BigInt(shift)) & ones(bits)
}

/** Leaves the bits around the field as they are. */
export function writeBits(bytes: Uint8Array, { bitOffset, bits }: BitRange, value: bigint): void {
  const place = container({ bitOffset, bits })
  if (place.length <= 6) writeSmall(bytes, place, bits, Number(BigInt.asUintN(bits, value)))
  else writeLarge(bytes, place, bits, value)
}

function writeLarge(
  bytes: Uint8Array,
  { offset, length, shift }: Container,
  bits: number,
  value: bigint,
): void {
  const around = toInteger(bytes.subarray(offset, offset + length)) & ~(ones(bits) << BigInt(shift))
  const whole = around | ((value & ones(bits)) << BigInt(shift))
  for (let i = 0; i < length; i++) bytes[offset + i] = Number((whole >> BigInt(8 * (length - 1 - i))) & 255n)
}

/** Up to 48 bits, in which a number is exact: the arithmetic of larger ones takes ten times as long. */
function writeSmall(
  bytes: Uint8Array,
  { offset, length, shift }: Container,
  bits: number,
  value: number,
): void {
  let rest = value * 2 ** shift
  let mask = (2 ** bits - 1) * 2 ** shift
  for (let at = offset + length - 1; at >= offset; at--) {
    bytes[at] = (bytes[at]! & ~(mask % 256)) | (rest % 256)
    rest = Math.floor(rest / 256)
    mask = Math.floor(mask / 256)
  }
}

interface Container {
  offset: number
  length: number
  shift: number
}

/** The smallest run of whole bytes that holds the field, and how far the field stands from its low end. */
export function container({ bitOffset, bits }: BitRange): Container {
  const offset = Math.floor(bitOffset / 8)
  const end = Math.ceil((bitOffset + bits) / 8)
  return { offset, length: end - offset, shift: end * 8 - bitOffset - bits }
}

export const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n

const toInteger = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
