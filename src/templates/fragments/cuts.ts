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
 * Cuts `bytes` bytes into fragments of at most `room`, which is a multiple of 8 (RFC 791 section 3.2). All but the last
 * are full, or as full as leaves the last one some bytes too: a signature should fit in it, and 8 bytes can be oversize.
 */
export function cutsOf(bytes: number, room: number, fault: FragmentFault): Cut[] {
  const all = cutsWith(bytes, room, fault)
  if (fault === 'missing_first') return all.slice(1)
  return fault === 'missing_last' ? all.slice(0, -1) : all
}

function cutsWith(bytes: number, room: number, fault: FragmentFault): Cut[] {
  if (fault === 'tiny_first' && bytes > 8) return [cut(0, 8, bytes), ...spread(8, bytes, room)]
  if (fault === 'overlap' && bytes > room && room > 8) {
    const [second, ...others] = spread(room - 8, bytes, room)
    return [cut(0, room, bytes), { ...second!, shared: 8 }, ...others]
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

function spread(from: number, end: number, room: number): Cut[] {
  const least = room >= 2 * lastBytes ? lastBytes : room > 8 ? 8 : 1
  const found: Cut[] = []
  for (let at = from; at < end; ) {
    const rest = end - at
    const short = rest > room && rest - room < least
    const to = short ? at + room - 8 * Math.ceil((least - (rest - room)) / 8) : Math.min(at + room, end)
    found.push(cut(at, to, end))
    at = to
  }
  return found
}
