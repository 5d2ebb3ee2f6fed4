import { defineHeader } from '../header.js'

export const ethernet = defineHeader({
  name: 'ethernet',
  doc: 'Ethernet II, without the FCS',
  source: 'IEEE 802.3 clause 3.2.6',
  on: { vxlan: {}, geneve: { protocol: 0x6558n }, gre: { protocol: 0x6558n } },
  starts: true,
  fields: [
    { name: 'dst', bits: 48, type: 'mac', default: 0x020000000002n, doc: 'destination MAC address' },
    { name: 'src', bits: 48, type: 'mac', default: 0x020000000001n, doc: 'source MAC address' },
    // 0x88b5 is "IEEE Std 802 local experimental": what follows is no known protocol.
    {
      name: 'type',
      bits: 16,
      type: 'uint',
      hex: true,
      identifies: true,
      default: 0x88b5n,
      doc: 'EtherType, from the next layer',
    },
  ],
})
