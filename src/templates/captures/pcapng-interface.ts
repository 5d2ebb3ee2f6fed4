/** Interface description blocks of pcapng, and what they make of a time stamp. */
export interface Interface {
  linkType: number
  /** 0: no limit. */
  snapLength: number
  fcsBytes: number
  ticksPerSecond: bigint
  offsetSeconds: bigint
}

const optionCodes = { end: 0, timeResolution: 9, fcsLength: 13, timeOffset: 14 }

const second = 1_000_000_000n

/** `view` shows at least its 8 bytes; options that do not fit in it are left out. */
export function readInterface(view: DataView, littleEndian: boolean): Interface {
  const found: Interface = {
    linkType: view.getUint16(0, littleEndian),
    snapLength: view.getUint32(4, littleEndian),
    fcsBytes: 0,
    ticksPerSecond: 1_000_000n,
    offsetSeconds: 0n,
  }
  for (let at = 8; at + 4 <= view.byteLength; ) {
    const [code, length] = [view.getUint16(at, littleEndian), view.getUint16(at + 2, littleEndian)]
    const value = at + 4
    if (code === optionCodes.end || value + length > view.byteLength) break
    readOption(found, code, new DataView(view.buffer, view.byteOffset + value, length), littleEndian)
    at = value + Math.ceil(length / 4) * 4
  }
  return found
}

function readOption(found: Interface, code: number, value: DataView, littleEndian: boolean): void {
  const { byteLength } = value
  if (code === optionCodes.timeResolution && byteLength === 1)
    found.ticksPerSecond = resolution(value.getUint8(0))
  if (code === optionCodes.timeOffset && byteLength === 8)
    found.offsetSeconds = value.getBigInt64(0, littleEndian)
  if (code === optionCodes.fcsLength && byteLength === 1) found.fcsBytes = Math.ceil(value.getUint8(0) / 8)
}

/** A power of 2 where the highest bit is set, else of 10. */
function resolution(value: number): bigint {
  const exponent = BigInt(value & 0x7f)
  return value & 0x80 ? 1n << exponent : 10n ** exponent
}

/** ns since the epoch. */
export const timeOf = ({ ticksPerSecond, offsetSeconds }: Interface, ticks: bigint): bigint =>
  (ticks * second) / ticksPerSecond + offsetSeconds * second
