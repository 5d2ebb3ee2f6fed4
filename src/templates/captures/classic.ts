/** Classic pcap (draft-ietf-opsawg-pcap): seconds and micro- or nanoseconds, in either byte order. */
import { type CaptureFailure, type CaptureFile, endsEarly, type Records } from './record.js'

const magics: Readonly<Record<number, { littleEndian: boolean; nsPerTick: bigint }>> = {
  2712847316: { littleEndian: false, nsPerTick: 1000n },
  3569595041: { littleEndian: true, nsPerTick: 1000n },
  2712812621: { littleEndian: false, nsPerTick: 1n },
  1295823521: { littleEndian: true, nsPerTick: 1n },
}

const headerBytes = 24
const recordBytes = 16

export const isClassic = (magic: number): boolean => magics[magic] !== undefined

export function* classicRecords(file: CaptureFile): Records {
  const { bytes } = file
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { littleEndian, nsPerTick } = magics[view.getUint32(0)]!
  if (bytes.length < headerBytes) return endsEarly(file, 0, "the file's header")
  const major = view.getUint16(4, littleEndian)
  if (major !== 2) return unknownVersion(major)
  const link = linkOf(view.getUint32(20, littleEndian))
  for (let at = headerBytes; at < bytes.length; ) {
    if (at + recordBytes > bytes.length) return endsEarly(file, at, 'the header of a packet')
    const [seconds, ticks, length, wireBytes] = [0, 4, 8, 12].map(n => view.getUint32(at + n, littleEndian))
    if (length! > bytes.length - at - recordBytes) return endsEarly(file, at, `a packet of ${length} bytes`)
    const start = at + recordBytes
    yield {
      offset: at,
      timeNs: BigInt(seconds!) * 1_000_000_000n + BigInt(ticks!) * nsPerTick,
      bytes: bytes.subarray(start, start + length!),
      wireBytes: wireBytes!,
      ...link,
    }
    at = start + length!
  }
  return file.size > bytes.length ? endsEarly(file, bytes.length, 'a packet') : undefined
}

/** The upper bits say how many 16-bit words of each packet are its frame check sequence, if bit 26 is set. */
const linkOf = (field: number) => ({
  linkType: field & 0xffff,
  fcsBytes: field & 0x0400_0000 ? 2 * (field >>> 28) : 0,
})

const unknownVersion = (major: number): CaptureFailure => ({
  offset: 4,
  message: `this is version ${major} of the pcap format; there is only 2`,
  hint: 'write it again with a current tcpdump or Wireshark',
})
