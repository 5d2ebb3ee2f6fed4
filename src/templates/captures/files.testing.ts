/** Capture files of every kind, made by the words of the two formats alone. */
import { readCapture } from './read.js'
import type { CaptureFailure, CaptureFile, CaptureRecord } from './record.js'

interface Packet {
  /** In ticks of the file. */
  time: bigint
  bytes: Uint8Array
  wireBytes?: number
}

interface ClassicOptions {
  littleEndian?: boolean
  nanoseconds?: boolean
  link?: number
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

function words(littleEndian: boolean, ...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  for (const [i, value] of values.entries()) view.setUint32(i * 4, value, littleEndian)
  return new Uint8Array(view.buffer)
}

function halves(littleEndian: boolean, ...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 2))
  for (const [i, value] of values.entries()) view.setUint16(i * 2, value, littleEndian)
  return new Uint8Array(view.buffer)
}

export function classicFile(
  packets: readonly Packet[],
  { littleEndian = true, nanoseconds = false, link = 1 }: ClassicOptions = {},
): Uint8Array {
  const perSecond = nanoseconds ? 1_000_000_000n : 1_000_000n
  const word = (...values: readonly number[]) => words(littleEndian, ...values)
  const records = packets.flatMap(({ time, bytes, wireBytes = bytes.length }) => [
    word(Number(time / perSecond), Number(time % perSecond), bytes.length, wireBytes),
    bytes,
  ])
  const magic = word(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4)
  const header = [magic, halves(littleEndian, 2, 4), word(0, 0, 65535, link)]
  return new Uint8Array(Buffer.concat([...header, ...records]))
}

const padded = (bytes: Uint8Array): Uint8Array => join(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4))

/** Blocks of pcapng in one byte order. */
export class Blocks {
  constructor(readonly littleEndian = true) {}

  block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
    const content = padded(join(...body))
    const length = content.length + 12
    return join(this.words(type, length), content, this.words(length))
  }

  words(...values: readonly number[]): Uint8Array {
    return words(this.littleEndian, ...values)
  }

  section(...options: readonly Uint8Array[]): Uint8Array {
    const version = halves(this.littleEndian, 1, 0)
    return this.block(
      0x0a0d0d0a,
      this.words(0x1a2b3c4d),
      version,
      this.words(0xffffffff, 0xffffffff),
      ...options,
    )
  }

  option(code: number, value: Uint8Array): Uint8Array {
    return join(halves(this.littleEndian, code, value.length), padded(value))
  }

  resolution(value: number): Uint8Array {
    return this.option(9, Uint8Array.of(value))
  }

  /** Seconds. */
  timeOffset(value: bigint): Uint8Array {
    const view = new DataView(new ArrayBuffer(8))
    view.setBigInt64(0, value, this.littleEndian)
    return this.option(14, new Uint8Array(view.buffer))
  }

  interface(
    { link = 1, snapLength = 0 }: { link?: number; snapLength?: number } = {},
    ...options: readonly Uint8Array[]
  ): Uint8Array {
    return this.block(1, halves(this.littleEndian, link, 0), this.words(snapLength), ...options)
  }

  packet({ time, bytes, wireBytes = bytes.length }: Packet, from = 0): Uint8Array {
    return this.block(6, this.words(from, ...this.#rest(time, bytes, wireBytes)), bytes)
  }

  obsoletePacket({ time, bytes, wireBytes = bytes.length }: Packet, from = 0): Uint8Array {
    const id = halves(this.littleEndian, from, 0xffff)
    return this.block(2, id, this.words(...this.#rest(time, bytes, wireBytes)), bytes)
  }

  simplePacket(bytes: Uint8Array, wireBytes = bytes.length): Uint8Array {
    return this.block(3, this.words(wireBytes), bytes)
  }

  #rest(time: bigint, bytes: Uint8Array, wireBytes: number): number[] {
    return [Number(time >> 32n), Number(time & 0xffffffffn), bytes.length, wireBytes]
  }
}

export const fileOf = (...parts: readonly Uint8Array[]): { bytes: Uint8Array; size: number } => {
  const bytes = join(...parts)
  return { bytes, size: bytes.length }
}

/** Everything that a reader finds, and what stopped it. */
export function readAll(file: CaptureFile): {
  records: CaptureRecord[]
  failure: CaptureFailure | undefined
} {
  const records: CaptureRecord[] = []
  const reading = readCapture(file)
  for (;;) {
    const next = reading.next()
    if (next.done) return { records, failure: next.value }
    records.push(next.value)
  }
}
