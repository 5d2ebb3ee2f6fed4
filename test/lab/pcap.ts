import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const MAGIC = { nanoseconds: 0xa1b23c4d, microseconds: 0xa1b2c3d4 }

export interface PcapFile {
  nanoseconds: boolean
  frames: Uint8Array[]
  /** Since the epoch, in the file's own resolution. */
  timesNs: bigint[]
}

/** A classic little-endian pcap file; refuses a frame that was cut off. */
export function readPcap(file: string): PcapFile {
  const bytes = readFileSync(file)
  const magic = bytes.readUInt32LE(0)
  if (!Object.values(MAGIC).includes(magic)) throw new Error(`${file} is no pcap file`)
  const nanoseconds = magic === MAGIC.nanoseconds
  const frames: Uint8Array[] = []
  const timesNs: bigint[] = []
  for (let at = 24; at < bytes.length; ) {
    const [kept, length] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)]
    if (kept !== length) throw new Error(`${file}: frame ${frames.length} was cut off`)
    const [seconds, ticks] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)]
    timesNs.push(BigInt(seconds) * 1_000_000_000n + BigInt(ticks) * (nanoseconds ? 1n : 1000n))
    frames.push(bytes.subarray(at + 16, at + 16 + kept))
    at += 16 + kept
  }
  return { nanoseconds, frames, timesNs }
}

/** The same for the same frames in any order; how often each occurs counts. */
export function multisetHash(frames: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const frame of frames.map(frame => Buffer.from(frame).toString('latin1')).sort())
    hash.update(`${frame.length}:`).update(frame, 'latin1')
  return hash.digest('hex')
}
