import type { FragmentFault } from '../../profile/model.js'

/** One fragment: bytes from..to-1 of what a datagram carries behind its per-fragment headers. */
export interface Cut {
  from: number
  to: number
  /** What its header says of where it belongs, in bytes; what `oversize_end` says is not where it is from. */
  offset: number
  more: boolean
  /** So many of its first bytes are in the fragment before it, too. */
  shared: number
}

/** The highest offset that 13 bits of 8-byte units can say: with 8 bytes or more it ends beyond 65,535. */
const highestOffset = 8191 * 8

/** Room for a signature; 18 bytes would do. */
const lastBytes = 24

/**
 * Cuts `bytes` bytes into fragments of at most `room`. All but the last have a multiple of 8 (RFC 791 section 3.2), as
 * much as there is room for or as leaves the last one some bytes too: a signature should fit in it, and 8 bytes can be
 * oversize.
 */
export function cutsOf(bytes: number, room: number, fault: FragmentFault): Cut[] {
  const all = cutsWith(bytes, room, fault)
  if (fault === 'missing_first') return all.slice(1)
  return fault === 'missing_last' ? all.slice(0, -1) : all
}

function cutsWith(bytes: number, room: number, fault: FragmentFault): Cut[] {
  if (fault === 'tiny_first' && bytes > 8) return [cut(0, 8, bytes), ...spread(8, bytes, room)]
  const full = units(room)
  if (fault === 'overlap' && bytes > room && full > 8) {
    const [second, ...others] = spread(full - 8, bytes, room)
    return [cut(0, full, bytes), { ...second!, shared: 8 }, ...others]
  }
  const plain = spread(0, bytes, room)
  if (fault !== 'oversize_end') return plain
  return [...plain.slice(0, -1), { ...plain.at(-1)!, offset: highestOffset }]
}

const cut = (from: number, to: number, end: number): Cut => ({
  from,
  to,
  offset: from,
  more: to < end,
  shared: 0,
})

const units = (bytes: number): number => Math.floor(bytes / 8) * 8

function spread(from: number, end: number, room: number): Cut[] {
  const full = units(room)
  const least = full >= 2 * lastBytes ? lastBytes : full > 8 ? 8 : 1
  const found: Cut[] = []
  let at = from
  for (; end - at > room; at = found.at(-1)!.to) {
    const lacking = Math.max(0, least - (end - at - full))
    found.push(cut(at, at + full - 8 * Math.ceil(lacking / 8), end))
  }
  return at < end ? [...found, cut(at, end, end)] : found
}
