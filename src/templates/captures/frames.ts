/** From what a capture holds to what a device is handed: Ethernet frames without FCS, of at least 60 bytes. */
import { headers } from '../headers/index.js'
import type { CaptureRecord } from './record.js'

/** What the native core has room for (kMaxFrame), without FCS. */
const longest = 9212
const shortest = 14
/** IEEE 802.3 clause 4.4.2 minFrameSize, without the FCS. */
const minFrame = 60

/** Why a packet is left out. */
export type Unfit = 'cut-off' | 'too-long' | 'too-short' | 'no-protocol'

interface Framing {
  /** Bytes in front of the packet that make way for an Ethernet header. */
  headerBytes: number
  /** The EtherType of what follows; 0: there is none. */
  etherType: (bytes: DataView) => number
}

const ipVersion = (bytes: DataView): number => ({ 4: 0x0800, 6: 0x86dd })[bytes.getUint8(0) >> 4] ?? 0
const rawIp: Framing = { headerBytes: 0, etherType: ipVersion }

/** Link types (the registry of draft-ietf-opsawg-pcaplinktype) that are no Ethernet, but carry what Ethernet carries. */
const framings: Readonly<Record<number, Framing>> = {
  12: rawIp, // DLT_RAW of most BSDs and Linux, which stands in some files
  101: rawIp,
  228: rawIp,
  229: rawIp,
  113: { headerBytes: 16, etherType: bytes => bytes.getUint16(14) }, // LINUX_SLL
  276: { headerBytes: 20, etherType: bytes => bytes.getUint16(0) }, // LINUX_SLL2
}

const ethernet = 1

/** Those that people are most likely to have instead. */
const names: Readonly<Record<number, string>> = {
  0: 'BSD loopback',
  9: 'PPP',
  105: 'IEEE 802.11',
  108: 'OpenBSD loopback',
  127: 'IEEE 802.11 with radiotap',
  147: 'user 0',
  189: 'USB',
  195: 'IEEE 802.15.4',
  220: 'USB',
  249: 'USB',
}

export const isKnownLink = (linkType: number): boolean =>
  linkType === ethernet || framings[linkType] !== undefined

export const linkName = (linkType: number): string =>
  names[linkType] ? `${linkType} (${names[linkType]})` : String(linkType)

/** The frame of a record, or why it has none. Its bytes are the file's own where nothing has to be added. */
export function frameOf(record: CaptureRecord): Uint8Array | Unfit {
  const { linkType, fcsBytes, wireBytes } = record
  if (record.bytes.length < wireBytes) return 'cut-off'
  const bytes = record.bytes.subarray(0, Math.max(0, record.bytes.length - fcsBytes))
  const framing = framings[linkType]
  const frame = framing ? onEthernet(bytes, framing) : bytes
  if (!frame) return 'no-protocol'
  if (frame.length < shortest) return 'too-short'
  if (frame.length > longest) return 'too-long'
  return frame.length < minFrame ? padded(frame) : frame
}

function padded(frame: Uint8Array): Uint8Array {
  const whole = new Uint8Array(minFrame)
  whole.set(frame)
  return whole
}

/** From and to the addresses that a profile has where it gives none. */
function onEthernet(bytes: Uint8Array, { headerBytes, etherType }: Framing): Uint8Array | undefined {
  if (bytes.length < Math.max(headerBytes, 1)) return undefined
  const type = etherType(new DataView(bytes.buffer, bytes.byteOffset, bytes.length))
  // Below 0x0600 it is a length (IEEE 802.3 clause 3.2.6), or a kind of frame that only Linux knows.
  if (type < 0x0600) return undefined
  const frame = new Uint8Array(14 + bytes.length - headerBytes)
  frame.set(addresses)
  new DataView(frame.buffer).setUint16(12, type)
  frame.set(bytes.subarray(headerBytes), 14)
  return frame
}

const addresses = Uint8Array.from(
  ['dst', 'src'].flatMap(name => {
    const value = headers.ethernet!.fields.find(field => field.name === name)!.default as bigint
    return [...Buffer.from(value.toString(16).padStart(12, '0'), 'hex')]
  }),
)
