import type { LayerSpec, ValueSpec } from '../profile/model.js'

/** How a field's text is read and printed. `flags` is a set of letters, e.g. `SA` in TCP. */
export type FieldType = 'uint' | 'mac' | 'ipv4' | 'ipv6' | 'flags'

/** What a computed field may look at. Byte counts exclude the FCS. */
export interface LayerContext {
  /** From the first byte of this header to the end of the packet. */
  bytesFromHere: number
  /** Bytes of this header itself. */
  headerBytes: number
  /** The name of the layer above, or undefined at the top. */
  next: string | undefined
}

export interface Field {
  name: string
  bits: number
  type: FieldType
  /** One line for the schema, the editor and the reference page. */
  doc: string
  /** Used where the profile gives no value: a constant, or a rule computed per packet size. */
  default: bigint | ((context: LayerContext) => bigint)
  /** Devices on the way leave it alone, so that a receiver may recognise a stream by it. */
  identifies?: true
  /** Numbers that people know in hexadecimal, such as an EtherType. */
  hex?: true
  /** For `flags`: the letter of each bit, most significant first, `.` for a bit without a letter. */
  letters?: string
}

/** A 16-bit one's-complement checksum (RFC 1071) that lives in field `field`. */
export interface ChecksumRule {
  field: string
  /** `header`: this header only (IPv4). `segment`: this header to the end of the packet. */
  covers: 'header' | 'segment'
  /** The pseudo-header of the IP layer below is part of the sum (RFC 768, RFC 9293, RFC 8200 section 8.1). */
  pseudo: boolean
  /** UDP: a computed zero is sent as all ones (RFC 768). */
  zeroIsAllOnes?: boolean
}

export interface Header {
  name: string
  doc: string
  /** Where the header is specified, e.g. `RFC 768`. */
  source: string
  /** In wire order; their bits add up to whole bytes. */
  fields: readonly Field[]
  /** Standing directly on a layer of this name sets these fields there, e.g. UDP on ipv4: protocol 17. */
  on: Readonly<Record<string, Readonly<Record<string, bigint>>>>
  checksum?: ChecksumRule
  /** The protocol number for the pseudo-header, where `checksum.pseudo` is set. */
  protocol?: number
}

/** Checks a header record once, at load; throws a plain Error because only a developer can cause it. */
export function defineHeader(header: Header): Header {
  const bits = header.fields.reduce((sum, field) => sum + field.bits, 0)
  if (bits % 8 !== 0) throw new Error(`header ${header.name}: ${bits} bits are not whole bytes`)
  if (header.checksum && !header.fields.some(field => field.name === header.checksum?.field))
    throw new Error(`header ${header.name}: no field ${header.checksum.field} for its checksum`)
  return header
}

/** Bytes of the header on the wire. */
export const headerBytes = (header: Header): number =>
  header.fields.reduce((sum, field) => sum + field.bits, 0) / 8

export type { LayerSpec, ValueSpec }
