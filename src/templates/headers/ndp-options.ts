import type { Item, List, Member } from '../header.js'
import { address, bytes, rawItem, uint } from '../members.js'

const option = (type: bigint, doc: string, fields: readonly Member[], short?: string): Item => ({
  doc,
  is: { type },
  ...(short !== undefined && { short }),
  fields: [
    uint('type', 8, type, 'option type'),
    uint('length', 8, c => BigInt(Math.ceil(c.headerBytes / 8)), '8-byte units of the option'),
    ...fields,
  ],
})

const mac = [address('mac', 'mac', 0x020000000001n, 'link-layer address')]

/** RFC 4861 section 4.6. */
export const ndpOptions: List = {
  list: 'options',
  doc: 'options of neighbour discovery',
  items: {
    source_link: option(1n, 'link-layer address of the sender', mac, 'mac'),
    target_link: option(2n, 'link-layer address of the target', mac, 'mac'),
    prefix: option(3n, 'prefix information', [
      uint('prefix_length', 8, 64n, 'bits of the prefix'),
      uint('on_link', 1, 1n, 'its addresses are on the link'),
      uint('autonomous', 1, 1n, 'hosts may choose an address in it'),
      uint('reserved', 6, 0n, 'reserved'),
      uint('valid_lifetime', 32, 2592000n, 'seconds'),
      uint('preferred_lifetime', 32, 604800n, 'seconds'),
      uint('reserved2', 32, 0n, 'reserved'),
      address('prefix', 'ipv6', 0x20010002_00000000_00000000_00000000n, 'prefix'),
    ]),
    mtu: option(
      5n,
      'MTU of the link',
      [uint('reserved', 16, 0n, 'reserved'), uint('mtu', 32, 1500n, 'bytes')],
      'mtu',
    ),
    option: {
      doc: 'any other option',
      is: {},
      fields: [
        uint('type', 8, 253n, 'option type (253: experiment, RFC 4727)'),
        uint('length', 8, c => BigInt(Math.ceil(c.headerBytes / 8)), '8-byte units of the option'),
        bytes('data', 'contents, filled up with zeros', held => 8 * Number(held.value('length')) - 2, {
          bits: 48,
          pad: { to: 8, from: 2 },
        }),
      ],
    },
    raw: rawItem,
  },
}
