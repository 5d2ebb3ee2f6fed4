import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const MAGIC = { nanoseconds: 0xa1b23c4d, microseconds: 0xa1b2c3d4 }

export interface PcapFile {
  nanoseconds: boolean
  frames: Uint8Array[]
}

/** A classic little-endian pcap file; refuses a frame that was cut off. */
export function readPcap(file: string): PcapFile {
  const bytes = readFileSync(file)
  const magic = bytes.readUInt32LE(0)
  if (!Object.values(MAGIC).includes(magic)) throw new Error(`${file} is no pcap file`)
  const frames: Uint8Array[] = []
  for (let at = 24; at < bytes.length; ) {
    const [kept, length] = [bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)]
    if (kept !== length) throw new Error(`${file}: frame ${frames.length} was cut off`)
    frames.push(bytes.subarray(at + 16, at + 16 + kept))
    at += 16 + kept
  }
  return { nanoseconds: magic === MAGIC.nanoseconds, frames }
}

/** The same for the same frames in any order; how often each occurs counts. */
export function multisetHash(frames: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const frame of frames.map(frame => Buffer.from(frame).toString('latin1')).sort())
    hash.update(`${frame.length}:`).update(frame, 'latin1')
  return hash.digest('hex')
}
