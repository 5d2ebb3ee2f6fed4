import { defineHeader } from '../header.js'
import { address, hex, names, uint } from '../members.js'
import { etherType } from './bases.js'

export const arp = defineHeader({
  name: 'arp',
  doc: 'Address Resolution Protocol for IPv4 on Ethernet, a request unless told otherwise',
  source: 'RFC 826',
  on: etherType(0x0806n),
  closed: () => true,
  fields: [
    uint('hw_type', 16, 1n, 'hardware type (1: Ethernet)'),
    hex('proto_type', 16, 0x0800n, 'protocol type (0x0800: IPv4)'),
    uint('hw_size', 8, 6n, 'bytes of a hardware address'),
    uint('proto_size', 8, 4n, 'bytes of a protocol address'),
    uint('opcode', 16, 1n, 'request or reply', {
      identifies: true,
      names: names('arp-opcode', { request: 1, reply: 2 }),
    }),
    address('src_mac', 'mac', 0x020000000001n, 'sender hardware address'),
    address('src_ip', 'ipv4', 0xc6120102n, 'sender protocol address', { identifies: true }),
    address('dst_mac', 'mac', 0n, 'target hardware address'),
    address('dst_ip', 'ipv4', 0xc6130102n, 'target protocol address', { identifies: true }),
  ],
})
