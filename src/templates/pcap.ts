/**
 * Classic pcap with nanosecond time stamps (draft-ietf-opsawg-pcap), little-endian, LINKTYPE_ETHERNET, without FCS.
 */
export interface PcapRecord {
  timeNs: bigint
  bytes: Uint8Array
}

const magicNanoseconds = 0xa1b23c4d
const linkTypeEthernet = 1
const snapLength = 262_144
const second = 1_000_000_000n

export function pcapHeader(): Uint8Array {
  const header = new DataView(new ArrayBuffer(24))
  header.setUint32(0, magicNanoseconds, true)
  header.setUint16(4, 2, true)
  header.setUint16(6, 4, true)
  header.setUint32(16, snapLength, true)
  header.setUint32(20, linkTypeEthernet, true)
  return new Uint8Array(header.buffer)
}

export function pcapRecord({ timeNs, bytes }: PcapRecord): Uint8Array {
  const record = new Uint8Array(16 + bytes.length)
  const header = new DataView(record.buffer)
  header.setUint32(0, Number(timeNs / second), true)
  header.setUint32(4, Number(timeNs % second), true)
  header.setUint32(8, bytes.length, true)
  header.setUint32(12, bytes.length, true)
  record.set(bytes, 16)
  return record
}

/** A whole file, piece by piece, so that a long one needs no memory. */
export function* pcapFile(records: Iterable<PcapRecord>): Generator<Uint8Array> {
  yield pcapHeader()
  for (const record of records) yield pcapRecord(record)
}
