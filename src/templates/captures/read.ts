import { classicRecords, isClassic } from './classic.js'
import { isPcapng, pcapngRecords } from './pcapng.js'
import { type CaptureFailure, type CaptureFile, endsEarly, type Records } from './record.js'

/** The packets of a capture file in any of its formats; what they are is said by the first four bytes. */
export function readCapture(file: CaptureFile): Records {
  const { bytes } = file
  if (bytes.length < 4) return failed(endsEarly(file, 0, 'its first word'))
  const magic = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  if (isClassic(magic)) return classicRecords(file)
  return isPcapng(magic) ? pcapngRecords(file) : failed(notACapture(magic))
}

// A generator that ends at once, with the reason.
// biome-ignore lint/correctness/useYield: it has no record to show
function* failed(failure: CaptureFailure): Records {
  return failure
}

/** What else people have in files that are called captures. */
const others: readonly { magic: number; mask: number; what: string; hint: string }[] = [
  { magic: 0x1f8b0000, mask: 0xffff0000, what: 'compressed by gzip', hint: 'unpack it first: `gunzip`' },
  { magic: 0x28b52ffd, mask: 0xffffffff, what: 'compressed by zstd', hint: 'unpack it first: `unzstd`' },
  { magic: 0x04224d18, mask: 0xffffffff, what: 'compressed by lz4', hint: 'unpack it first: `unlz4`' },
  {
    magic: 0xa1b2cd34,
    mask: 0xffffffff,
    what: 'the modified pcap of old Red Hat systems',
    hint: 'convert it',
  },
  {
    magic: 0x34cdb2a1,
    mask: 0xffffffff,
    what: 'the modified pcap of old Red Hat systems',
    hint: 'convert it',
  },
  { magic: 0x736e6f6f, mask: 0xffffffff, what: "a capture of Solaris' snoop", hint: 'convert it' },
]

function notACapture(magic: number): CaptureFailure {
  const known = others.find(other => (magic & other.mask) >>> 0 === other.magic)
  const convert = '`editcap -F pcapng IN OUT` converts what Wireshark can read'
  if (!known)
    return {
      offset: 0,
      message: `the file begins with ${magic.toString(16).padStart(8, '0')}, which is neither pcap nor pcapng`,
      hint: convert,
    }
  const hint = known.hint === 'convert it' ? convert : known.hint
  return { offset: 0, message: `the file is ${known.what}`, hint }
}
