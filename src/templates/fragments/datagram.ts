import type { FragmentFault } from '../../profile/model.js'
import { checksumSites, sitesOf } from '../checksums.js'
import { type Layout, packetEnd } from '../layout.js'
import { staticBytes } from '../lengths.js'
import { matchRule } from '../match.js'
import { type FieldProgram, SIGNATURE_BYTES } from '../plan.js'
import { writeSignature } from '../signature.js'
import { type Cut, cutsOf } from './cuts.js'
import { type Piece, pieceOf } from './piece.js'
import type { Seam } from './seam.js'

/** What is cut: the layers of a stream with everything that varies in them, of any size. */
export interface Datagram {
  layout: Layout
  seam: Seam
  /** Bytes that the cut adds to the frame: the fragment header of IPv6. */
  added: number
  /** All of its programs, but for what signatures at these places cover. */
  fieldsBeside(signatures: readonly number[]): readonly FieldProgram[]
  /** Is there somebody to read signatures, and may the payload hold them? */
  signed: boolean
  /** Is there somebody to count at all? */
  received: boolean
}

export interface Cutting {
  /** Bytes of the datagram's frame without the FCS and whatever the cut adds. */
  length: number
  mtu: number
  fault: FragmentFault
}

/** For data in a fragment. */
export const roomOf = ({ head, ip }: Seam, mtu: number): number => mtu - (head - ip)

export const cutsFor = ({ layout, seam, added }: Datagram, { length, mtu, fault }: Cutting): Cut[] =>
  cutsOf(packetEnd(layout, length + added) - seam.head, roomOf(seam, mtu), fault)

/**
 * The frames of one datagram. Each with the room for it has a signature of its own, at the beginning of its data behind
 * all headers: its sum is neutral, so the checksum of the datagram holds whatever index and time the fragments carry.
 * The one that is sent `twice` has none, for a copy that differs would be no duplicate.
 */
export function piecesOf(datagram: Datagram, cutting: Cutting, twice: number | null = null): Piece[] {
  const { layout, added } = datagram
  const cuts = cutsFor(datagram, cutting)
  const bytes = staticBytes(layout, cutting.length + added)
  const signatures = cuts.map((cut, i) => (i === twice ? null : signatureIn(datagram, cut, cuts[i + 1])))
  for (const at of signatures) if (at !== null) writeSignature(bytes, at, 0)
  const sites = checksumSites(layout, sitesOf(layout), bytes)
  const match = datagram.received ? matchRule(layout, bytes) : null
  const fields = datagram.fieldsBeside(signatures.filter(at => at !== null))
  return cuts.map((cut, i) => pieceOf(datagram, { bytes, sites, fields, match }, cut, signatures[i]!))
}

/** In the datagram. What two fragments share must be the same in both: no signature is there. */
function signatureIn({ layout, seam, signed }: Datagram, cut: Cut, next: Cut | undefined): number | null {
  if (!signed) return null
  const segment = layout.layers.find(layer => layer.header.checksum?.covers === 'segment')
  const first = Math.max(layout.payloadOffset, seam.head + cut.from + cut.shared)
  const at = first + ((first - (segment?.offset ?? first)) % 2)
  return at + SIGNATURE_BYTES <= seam.head + cut.to - (next?.shared ?? 0) ? at : null
}
