/** Every checksum of a frame judged by the words of the RFCs, sharing no code with what wrote them. */
import type { DissectedLayer } from './dissect.js'

/** RFC 1071 in its plainest form, for the bytes as they stand: 0 means that the checksum inside is right. */
function residue(...pieces: readonly (readonly number[])[]): number {
  let sum = 0
  for (const piece of pieces)
    for (const [i, byte] of piece.entries()) {
      sum += i % 2 === 0 ? byte << 8 : byte
      sum = (sum & 0xffff) + (sum >>> 16)
    }
  return 0xffff - sum
}

/** RFC 9260 appendix A, highest bit first as the polynomial is written, instead of the usual mirrored form. */
export function crc32c(bytes: readonly number[]): number {
  let register = 0xffffffff
  for (const byte of bytes)
    for (let bit = 0; bit < 8; bit++) {
      const top = (register >>> 31) ^ ((byte >> bit) & 1)
      register = ((register << 1) ^ (top ? 0x1edc6f41 : 0)) >>> 0
    }
  return [...Array(32).keys()].reduce(
    (out, bit) => (out | (((~register >>> (31 - bit)) & 1) << bit)) >>> 0,
    0,
  )
}

const protocols: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmpv6: 58 }

/** The layers whose checksum is wrong; `packet` ends where the packet does. */
export function wrongChecksums(layers: readonly DissectedLayer[], packet: Uint8Array): string[] {
  let addresses: number[] = []
  return layers.flatMap(({ name, offset, bytes, fields }) => {
    const rest = [...packet.subarray(offset)]
    const header = rest.slice(0, bytes)
    const at = (field: { bitOffset: number }) => field.bitOffset / 8 - offset
    if (name === 'ipv4') addresses = header.slice(12, 20)
    // RFC 1122 section 4.1.3.4: the last hop of a source route.
    const hop = fields.findLast(({ key }) => /(loose|strict)_route.*hops/.test(key))
    if (name === 'ipv4' && hop) addresses = [...addresses.slice(0, 4), ...rest.slice(at(hop), at(hop) + 4)]
    if (name === 'ipv6') addresses = header.slice(8, 40)
    // RFC 8754 section 4.1: Segment List[0], the first after eight bytes, is where the packet ends up.
    if (name === 'routing' && header[3]! > 0 && bytes > 8)
      addresses = [...addresses.slice(0, 16), ...header.slice(8, 24)]
    const length = [rest.length >> 24, (rest.length >> 16) & 255, (rest.length >> 8) & 255, rest.length & 255]
    const pseudo = () => residue(addresses, length, [0, protocols[name]!], rest) !== 0
    const isWrong: Readonly<Record<string, () => boolean>> = {
      ipv4: () => residue(header) !== 0,
      icmp: () => residue(rest) !== 0,
      igmp: () => residue(rest) !== 0,
      gre: () => fields.some(({ key }) => key === 'checksum') && residue(rest) !== 0,
      udp: pseudo,
      tcp: pseudo,
      icmpv6: pseudo,
      sctp: () => {
        const zeroed = [...rest.slice(0, 8), 0, 0, 0, 0, ...rest.slice(12)]
        return crc32c(zeroed) !== new DataView(packet.buffer, packet.byteOffset).getUint32(offset + 8, true)
      },
    }
    return isWrong[name]?.() ? [name] : []
  })
}
