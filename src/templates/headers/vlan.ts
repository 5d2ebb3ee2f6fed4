import { defineHeader, type Field } from '../header.js'

/** Priority, drop eligibility, identifier, and what follows. */
export const tagFields: readonly Field[] = [
  { name: 'priority', bits: 3, type: 'uint', default: 0n, doc: 'priority code point (PCP)' },
  { name: 'dei', bits: 1, type: 'uint', default: 0n, doc: 'drop eligible indicator' },
  { name: 'id', bits: 12, type: 'uint', identifies: true, default: 1n, doc: 'VLAN identifier' },
  {
    name: 'type',
    bits: 16,
    type: 'uint',
    hex: true,
    identifies: true,
    default: 0x88b5n,
    doc: 'EtherType, from the next layer',
  },
]

export const vlan = defineHeader({
  name: 'vlan',
  doc: 'VLAN tag; two in a row are stacked tags',
  source: 'IEEE 802.1Q clause 9.6',
  on: { ethernet: { type: 0x8100n }, vlan: { type: 0x8100n }, svlan: { type: 0x8100n } },
  fields: tagFields,
})
