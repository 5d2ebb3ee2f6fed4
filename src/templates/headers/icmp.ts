import { defineHeader } from '../header.js'
import { checksum } from '../members.js'

export const icmp = defineHeader({
  name: 'icmp',
  doc: 'Internet Control Message Protocol, echo request unless told otherwise',
  source: 'RFC 792',
  on: { ipv4: { protocol: 1n } },
  fields: [
    {
      name: 'type',
      bits: 8,
      type: 'uint',
      identifies: true,
      default: 8n,
      doc: 'message type (8: echo request)',
    },
    { name: 'code', bits: 8, type: 'uint', identifies: true, default: 0n, doc: 'message code' },
    checksum(),
    { name: 'id', bits: 16, type: 'uint', identifies: true, default: 1n, doc: 'echo identifier' },
    { name: 'seq', bits: 16, type: 'uint', default: 0n, doc: 'echo sequence number' },
  ],
  checksum: { field: 'checksum', covers: 'segment', pseudo: false },
})
