import { defineHeader, type List } from '../header.js'
import { bytes, hex, rawItem, uint } from '../members.js'

const options: List = {
  list: 'options',
  doc: 'options, each a multiple of 4 bytes',
  extent: held => 4 * Number(held.value('opt_length')),
  items: {
    option: {
      doc: 'an option',
      is: {},
      fields: [
        hex('class', 16, 0xff00n, 'who defines the type (0xff00: experiment)'),
        hex('type', 8, 1n, 'option type; the highest bit means critical'),
        uint('reserved', 3, 0n, 'reserved'),
        uint('length', 5, c => BigInt(c.bytesOf('data') / 4), '4-byte units of its contents'),
        bytes('data', 'contents, filled up with zeros', held => 4 * Number(held.value('length')), {
          pad: { to: 4, from: 0 },
        }),
      ],
    },
    raw: rawItem,
  },
}

export const geneve = defineHeader({
  name: 'geneve',
  doc: 'Generic Network Virtualization Encapsulation in UDP',
  source: 'RFC 8926',
  on: { udp: { dst: 6081n } },
  fields: [
    uint('version', 2, 0n, 'version'),
    uint('opt_length', 6, c => BigInt(Math.ceil(c.bytesOf('options') / 4)), '4-byte units of options'),
    uint('oam', 1, 0n, 'a control packet'),
    uint('critical', 1, 0n, 'an option is critical'),
    uint('reserved', 6, 0n, 'reserved'),
    hex('protocol', 16, 0x88b5n, 'EtherType, from the next layer', { identifies: true }),
    uint('vni', 24, 1n, 'network identifier', { identifies: true }),
    uint('reserved2', 8, 0n, 'reserved'),
    options,
  ],
})
