import { defineHeader } from '../header.js'
import { hex, uint } from '../members.js'

export const vxlan = defineHeader({
  name: 'vxlan',
  doc: 'Virtual eXtensible LAN: Ethernet in UDP',
  source: 'RFC 7348',
  on: { udp: { dst: 4789n } },
  fields: [
    hex('flags', 16, 0x0800n, '0x0800: the network identifier is valid'),
    uint('group_policy', 16, 0n, 'group policy identifier'),
    uint('vni', 24, 1n, 'network identifier', { identifies: true }),
    uint('reserved', 8, 0n, 'reserved'),
  ],
})
