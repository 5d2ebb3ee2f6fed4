interface Range {
  from: number
  to: number
}

const END = 0
const NOP = 1
const COPIED = 0x80

/**
 * Options of IPv4 that are in the first fragment only (RFC 791 section 3.1) become no-operations in the later ones, as
 * Linux does it (net/ipv4/ip_options.c, ip_options_fragment): the header keeps its length. Returns where they were.
 */
export function dropOptions(bytes: Uint8Array, ip: number, head: number): Range[] {
  const dropped: Range[] = []
  for (let at = ip + 20; at < head && bytes[at] !== END; ) {
    const length = bytes[at] === NOP ? 1 : Math.max(2, bytes[at + 1] ?? 2)
    const to = Math.min(at + length, head)
    if (bytes[at] !== NOP && (bytes[at]! & COPIED) === 0) {
      bytes.fill(NOP, at, to)
      dropped.push({ from: at, to })
    }
    at = to
  }
  return dropped
}
