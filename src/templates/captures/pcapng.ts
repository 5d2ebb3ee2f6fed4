/**
 * pcapng (draft-ietf-opsawg-pcapng): sections of either byte order, each with its own interfaces. Blocks and options
 * that say nothing about packets are skipped.
 */
import { type Interface, readInterface, timeOf } from './pcapng-interface.js'
import {
  type CaptureFailure,
  type CaptureFile,
  type CaptureRecord,
  endsEarly,
  type Records,
} from './record.js'

const sectionHeader = 0x0a0d0d0a
const byteOrderMagic = 0x1a2b3c4d
const blockTypes = { interface: 1, obsoletePacket: 2, simplePacket: 3, enhancedPacket: 6 }

/** Type and length in front, the length again behind. */
const frameBytes = 12

export const isPcapng = (magic: number): boolean => magic === sectionHeader

/** One block; `view` shows its body, with the padding. */
interface Block {
  type: number
  offset: number
  view: DataView
  littleEndian: boolean
}

interface Section {
  littleEndian: boolean
  interfaces: Interface[]
}

export function* pcapngRecords(file: CaptureFile): Records {
  let section: Section = { littleEndian: true, interfaces: [] }
  for (let at = 0; at < file.bytes.length; ) {
    const littleEndian = orderAt(file, at, section)
    if (littleEndian === undefined)
      return damaged(at + 8, 'the byte order of this section is neither of the two')
    const found = readBlock(file, at, littleEndian)
    if ('message' in found) return found
    if (found.type === sectionHeader) section = { littleEndian, interfaces: [] }
    const record = readContent(found, section)
    if (record && 'message' in record) return record
    if (record) yield record
    at += found.view.byteLength + frameBytes
  }
  const { bytes } = file
  return file.size > bytes.length ? endsEarly(file, bytes.length, 'a block') : undefined
}

/** Is the block little-endian? A section says so in its first words, which therefore can be read without it. */
function orderAt({ bytes }: CaptureFile, at: number, section: Section): boolean | undefined {
  if (at + frameBytes > bytes.length) return section.littleEndian
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, frameBytes)
  if (view.getUint32(0) !== sectionHeader) return section.littleEndian
  return [true, false].find(order => view.getUint32(8, order) === byteOrderMagic)
}

function readBlock(file: CaptureFile, offset: number, littleEndian: boolean): Block | CaptureFailure {
  const { bytes } = file
  const left = bytes.length - offset
  if (left < frameBytes) return endsEarly(file, offset, 'the header of a block')
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, left)
  const length = view.getUint32(4, littleEndian)
  if (length < frameBytes || length % 4 !== 0)
    return damaged(
      offset,
      `a block of ${length} bytes cannot be: they are multiples of 4, from ${frameBytes}`,
    )
  if (length > left) return endsEarly(file, offset, `a block of ${length} bytes`)
  const again = view.getUint32(length - 4, littleEndian)
  if (again !== length) return damaged(offset, `this block says ${length} bytes in front and ${again} behind`)
  const body = new DataView(bytes.buffer, bytes.byteOffset + offset + 8, length - frameBytes)
  return { type: view.getUint32(0, littleEndian), offset, view: body, littleEndian }
}

function readContent(block: Block, section: Section): CaptureRecord | CaptureFailure | undefined {
  switch (block.type) {
    case sectionHeader:
      return checkSection(block)
    case blockTypes.interface: {
      if (block.view.byteLength < 8) return tooShort(block, 'an interface description')
      section.interfaces.push(readInterface(block.view, block.littleEndian))
      return undefined
    }
    case blockTypes.enhancedPacket:
      return readPacket(block, section, { idBytes: 4 })
    case blockTypes.obsoletePacket:
      return readPacket(block, section, { idBytes: 2 })
    case blockTypes.simplePacket:
      return readSimple(block, section)
    default:
      return undefined
  }
}

function checkSection({ view, offset, littleEndian }: Block): CaptureFailure | undefined {
  if (view.byteLength < 16) return damaged(offset, 'a section header has 28 bytes or more')
  const major = view.getUint16(4, littleEndian)
  return major === 1 ? undefined : damaged(offset + 12, `version ${major} of pcapng is not known, only 1`)
}

/** The obsolete block has 16 bits for the interface, and 16 for the packets that were dropped. */
function readPacket(
  block: Block,
  { interfaces }: Section,
  { idBytes }: { idBytes: 2 | 4 },
): CaptureRecord | CaptureFailure {
  const { view, littleEndian } = block
  if (view.byteLength < 20) return tooShort(block, 'a packet')
  const id = idBytes === 4 ? view.getUint32(0, littleEndian) : view.getUint16(0, littleEndian)
  const from = interfaces[id]
  if (!from) return noInterface(block, id)
  const [high, low, length, wireBytes] = [4, 8, 12, 16].map(n => view.getUint32(n, littleEndian))
  if (length! > view.byteLength - 20)
    return damaged(block.offset, `a packet of ${length} bytes does not fit in its block`)
  const timeNs = timeOf(from, (BigInt(high!) << 32n) | BigInt(low!))
  return record(block, from, { start: 20, length: length!, wireBytes: wireBytes!, timeNs })
}

/** As long as the snapshot length of the first interface lets it be. */
function readSimple(block: Block, { interfaces }: Section): CaptureRecord | CaptureFailure {
  const { view, littleEndian } = block
  const [from] = interfaces
  if (view.byteLength < 4) return tooShort(block, 'a packet')
  if (!from) return noInterface(block, 0)
  const wireBytes = view.getUint32(0, littleEndian)
  const length = from.snapLength === 0 ? wireBytes : Math.min(wireBytes, from.snapLength)
  if (length > view.byteLength - 4)
    return damaged(block.offset, `a packet of ${length} bytes does not fit in its block`)
  return record(block, from, { start: 4, length, wireBytes, timeNs: null })
}

interface Content {
  start: number
  length: number
  wireBytes: number
  timeNs: bigint | null
}

function record(
  { offset, view }: Block,
  { linkType, fcsBytes }: Interface,
  { start, length, wireBytes, timeNs }: Content,
): CaptureRecord {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, length)
  return { offset, timeNs, bytes, wireBytes, linkType, fcsBytes }
}

const damaged = (offset: number, message: string): CaptureFailure => ({
  offset,
  message,
  hint: 'the file is damaged: `editcap` writes a copy of what can be read',
})

const tooShort = ({ offset, view }: Block, what: string): CaptureFailure =>
  damaged(offset, `a block of ${view.byteLength + frameBytes} bytes is too short for ${what}`)

const noInterface = ({ offset }: Block, id: number): CaptureFailure =>
  damaged(offset, `a packet came from interface ${id}, which this section does not describe`)
