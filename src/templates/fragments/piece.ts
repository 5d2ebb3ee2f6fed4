/** Cuts a datagram's plan: what one fragment holds of its bytes, its field programs and its checksums. */
import { fold, sumWords } from '../checksum.js'
import type { ChecksumSite, FieldProgram, FieldSum, MatchRule } from '../plan.js'
import type { Cut } from './cuts.js'
import type { Datagram } from './datagram.js'
import { fragmentRule } from './match.js'
import { dropOptions } from './options.js'
import { fragmentHead } from './seam.js'

export interface Piece {
  bytes: Uint8Array
  checksums: readonly ChecksumSite[]
  fields: readonly FieldProgram[]
  /** Where its signature is. */
  signature: number | null
  /** Where it has none and a receiver listens. */
  match: MatchRule | null
}

/** A datagram of one size, with signatures in their places already. */
export interface Cuttable {
  bytes: Uint8Array
  sites: readonly ChecksumSite[]
  fields: readonly FieldProgram[]
  match: MatchRule | null
}

/** Ethernet's 64 bytes without the FCS: what is shorter is padded behind the packet (RFC 894). */
const minBytes = 60

export function pieceOf(
  { layout, seam }: Datagram,
  { bytes, sites, fields, match }: Cuttable,
  cut: Cut,
  signature: number | null,
): Piece {
  const { head, ip, version } = seam
  const frame = fragmentHead(layout, seam, cut)
  frame.set(bytes.subarray(head + cut.from, head + cut.to), head)
  const dropped = version === 4 && cut.from > 0 ? dropOptions(frame, ip, head) : []
  const isDropped = ({ offset }: FieldProgram) =>
    dropped.some(({ from, to }) => offset >= from && offset < to)
  const needed = neededSites(sites, head, cut)
  const numbers = new Map(needed.map((site, i) => [site, i]))
  const counted = (sums: readonly FieldSum[]): FieldSum[] =>
    sums.flatMap(({ site, high }) => (numbers.has(site) ? [{ site: numbers.get(site)!, high }] : []))
  return {
    bytes: padded(frame),
    checksums: needed.map(index => {
      const site = { ...sites[index]!, sums: counted(sites[index]!.sums) }
      return site.offset < head ? headSite(site, frame) : dataSite(site, head, cut)
    }),
    fields: fields
      .filter(field => !isDropped(field))
      .flatMap(field => programs({ ...field, sums: counted(field.sums) }, head, cut)),
    signature: signature === null ? null : signature - cut.from,
    match: match && signature === null ? fragmentRule(frame, match, seam, cut) : null,
  }
}

function padded(frame: Uint8Array): Uint8Array {
  if (frame.length >= minBytes) return frame
  const bytes = new Uint8Array(minBytes)
  bytes.set(frame)
  return bytes
}

const isInside = (offset: number, head: number, { from, to }: Cut): boolean =>
  offset < head || (offset >= head + from && offset + 2 <= head + to)

/** Those that this frame holds, and those that count in them. */
function neededSites(sites: readonly ChecksumSite[], head: number, cut: Cut): number[] {
  const needed = new Set<number>()
  for (let i = sites.length - 1; i >= 0; i--)
    if (isInside(sites[i]!.offset, head, cut) || sites[i]!.sums.some(({ site }) => needed.has(site)))
      needed.add(i)
  return [...needed].sort((a, b) => a - b)
}

/** The IP header's own: it covers what differs between fragments. */
const headSite = (site: ChecksumSite, frame: Uint8Array): ChecksumSite => ({
  ...site,
  base: fold(sumWords(frame, site.start, site.end)),
})

/** It covers the datagram, of which this frame has a part. */
function dataSite(site: ChecksumSite, head: number, cut: Cut): ChecksumSite {
  const none = { offset: 0, start: 0, end: 0 }
  if (!isInside(site.offset, head, cut)) return { ...site, ...none, hidden: true }
  const start = Math.max(head, site.start - cut.from)
  const end = Math.min(site.end, head + cut.to) - cut.from
  return { ...site, offset: site.offset - cut.from, start, end }
}

/** The field as this frame has it: whole, in part, or only as a number that counts in a sum. */
function programs(field: FieldProgram, head: number, { from, to }: Cut): FieldProgram[] {
  const { offset, bytes, sums } = field
  if (offset < head) return [field]
  const clip = { from: Math.max(0, head + from - offset), to: Math.min(bytes, head + to - offset) }
  if (clip.from < clip.to) {
    const whole = clip.from === 0 && clip.to === bytes
    return [{ ...field, offset: offset + clip.from - from, clip: whole ? null : clip }]
  }
  return sums.length === 0 ? [] : [{ ...field, offset: 0, clip: { from: 0, to: 0 } }]
}
