import { defineHeader } from '../header.js'
import { checksum } from '../members.js'
import { onIp } from './bases.js'

export const udp = defineHeader({
  name: 'udp',
  doc: 'User Datagram Protocol',
  source: 'RFC 768',
  on: onIp(17n),
  protocol: 17,
  fields: [
    { name: 'src', bits: 16, type: 'uint', identifies: true, default: 49152n, doc: 'source port' },
    {
      name: 'dst',
      bits: 16,
      type: 'uint',
      identifies: true,
      default: 9n,
      doc: 'destination port (9: discard)',
    },
    {
      name: 'length',
      bits: 16,
      type: 'uint',
      default: c => BigInt(c.bytesFromHere),
      doc: 'header and payload, bytes',
    },
    checksum(),
  ],
  checksum: { field: 'checksum', covers: 'segment', pseudo: true, zeroIsAllOnes: true },
})
