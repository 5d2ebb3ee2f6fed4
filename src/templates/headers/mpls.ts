import { defineHeader } from '../header.js'
import { uint } from '../members.js'
import { etherType } from './bases.js'

export const mpls = defineHeader({
  name: 'mpls',
  doc: 'One label of an MPLS stack',
  source: 'RFC 3032',
  on: { ...etherType(0x8847n), mpls: { bos: 0n } },
  fields: [
    uint('label', 20, 16n, 'label value; 0 to 15 are reserved', { identifies: true }),
    uint('tc', 3, 0n, 'traffic class (RFC 5462)'),
    uint('bos', 1, 1n, 'bottom of stack, 1 on the last label'),
    uint('ttl', 8, 10n, 'time to live'),
  ],
})
