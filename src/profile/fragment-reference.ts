import { faults, orders } from './fragment-words.js'

const table = (words: Readonly<Record<string, string>>): string =>
  [
    '| value | |',
    '|---|---|',
    ...Object.entries(words).map(([name, text]) => `| \`${name}\` | ${text} |`),
  ].join('\n')

const example = `\`\`\`yaml
frame: { list: [1600B, 4800B, 8000B] }
fragment:
  mtu: { weighted: { 1500: 6, 576: 3, 68: 1 } }
  order: { weighted: { forward: 5, reverse: 2, shuffle: 2 } }
  fault: { weighted: { none: 90, missing_last: 5, overlap: 5 } }
  interleave: 64
\`\`\``

/** docs/reference/fragments.md, from the words that the schema has. */
export function fragmentReference(): string {
  return `${[
    '# Fragments',
    'Made by `npm run docs` from `src/profile/`; do not edit.',
    '`fragment: {mtu: 1500}` on a stream sends each of its datagrams as a train of fragments:',
    example,
    '`frame` is then the size of the frame that the datagram would have if it was not cut, up to 65600B; `count` counts ' +
      'datagrams; rates, shares and results count the frames on the wire. What varies does so from datagram to datagram: ' +
      'the fragments put together are, byte for byte, what the stream would send without `fragment`, and the checksum in ' +
      'whichever of them covers the whole.',
    '## Where it is cut',
    'At the outermost IP header, as a router on the way would do it. Of IPv4 all fragments have the header (RFC 791 ' +
      'section 3.2; options that are not to be copied become no-operations in the later ones); of IPv6 they have the ' +
      'headers up to a routing header, or hop-by-hop options, and then a fragment header (RFC 8200 section 4.5), which ' +
      'nmgen adds. `mtu` is the longest IP packet, 68 to 9198. Fragments are full but for the last one or two: a last ' +
      'one has at least 24 bytes where the MTU leaves 48, so that a signature fits. A datagram that fits in the MTU is ' +
      'sent whole. Flags, offsets and lengths follow from the cut; the identification goes through all its values before ' +
      'one comes again, unless the profile gives it (`ipv4.id`, or a layer `fragment`).',
    '## `order`',
    table(orders),
    '## `fault`',
    table(faults),
    'Each fault has a result of its own: `streams.NAME.overlap.rx_packets`.',
    '## `interleave`',
    'So many trains are in flight together, and a fragment of each goes in turn; a train that has ended makes room for the ' +
      'next one (1 to 4096, default 1). On several queues the fragments of a train are sent by all of them, at the same ' +
      'time and hence in an order that only nearly is the one asked for; which frames are sent stays the same.',
    '## How often',
    'Sizes, `mtu`, `order` and `fault` come in all combinations, each exactly as often as the weights multiply to; then ' +
      'all comes again. There may be 65,536 trains and 1,048,576 frames until then. Sizes therefore come in turn (`imix`, ' +
      '`list`, `inc`), not at random. A run that the clock ends may end in the middle of a train; one with a `count` does not.',
    'Alternatives (`choice`) and texts of several lengths are kinds of datagrams: trains take them in the exact order of the ' +
      'stream, and each kind has all of these combinations.',
    '## Signatures',
    'Each fragment with 18 bytes of room behind the headers has a signature of its own, so loss, order and latency are ' +
      'those of fragments. The first one of `tiny_first` has no room, and is counted by its header. A device that puts ' +
      'datagrams together and sends them on whole, or cuts them anew, makes other frames of them: give the stream ' +
      '`signature: false`, or count on the other side.',
    'SCTP cannot be cut unless its checksum is given as a number: its CRC32c is over bytes that no frame has together.',
  ].join('\n\n')}\n`
}
