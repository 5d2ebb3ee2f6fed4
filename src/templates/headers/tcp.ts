import { defineHeader } from '../header.js'
import { checksum } from '../members.js'
import { onIp } from './bases.js'
import { tcpOptions } from './tcp-options.js'

export const tcp = defineHeader({
  name: 'tcp',
  doc: 'Transmission Control Protocol',
  source: 'RFC 9293',
  on: onIp(6n),
  protocol: 6,
  fields: [
    { name: 'src', bits: 16, type: 'uint', identifies: true, default: 49152n, doc: 'source port' },
    { name: 'dst', bits: 16, type: 'uint', identifies: true, default: 80n, doc: 'destination port' },
    { name: 'seq', bits: 32, type: 'uint', default: 0n, doc: 'sequence number' },
    { name: 'ack', bits: 32, type: 'uint', default: 0n, doc: 'acknowledgment number' },
    {
      name: 'header_length',
      bits: 4,
      type: 'uint',
      default: c => BigInt(Math.ceil(c.headerBytes / 4)),
      doc: 'data offset, 32-bit words',
    },
    {
      name: 'reserved',
      bits: 4,
      type: 'uint',
      default: 0n,
      doc: 'reserved; the lowest bit was NS (RFC 8311)',
    },
    {
      name: 'flags',
      bits: 8,
      type: 'flags',
      letters: 'CEUAPRSF',
      default: 2n,
      doc: 'CWR ECE URG ACK PSH RST SYN FIN',
    },
    { name: 'window', bits: 16, type: 'uint', default: 65535n, doc: 'receive window' },
    checksum(),
    { name: 'urgent', bits: 16, type: 'uint', default: 0n, doc: 'urgent pointer' },
    tcpOptions,
  ],
  checksum: { field: 'checksum', covers: 'segment', pseudo: true },
})
