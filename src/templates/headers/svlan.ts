import { defineHeader } from '../header.js'
import { tagFields } from './vlan.js'

export const svlan = defineHeader({
  name: 'svlan',
  doc: 'Service VLAN tag (QinQ), the outer one of a provider',
  source: 'IEEE 802.1Q clause 9.6',
  on: { ethernet: { type: 0x88a8n }, svlan: { type: 0x88a8n }, vlan: { type: 0x88a8n } },
  fields: tagFields,
})
