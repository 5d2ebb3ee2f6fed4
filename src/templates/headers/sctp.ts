import { defineHeader } from '../header.js'
import { checksum, hex, uint } from '../members.js'
import { onIp } from './bases.js'

export const sctp = defineHeader({
  name: 'sctp',
  doc: 'Stream Control Transmission Protocol: the common header, followed by a chunk',
  source: 'RFC 9260 section 3.1',
  on: onIp(132n),
  fields: [
    uint('src', 16, 49152n, 'source port', { identifies: true }),
    uint('dst', 16, 9n, 'destination port (9: discard)', { identifies: true }),
    hex('vtag', 32, 1n, 'verification tag'),
    checksum(32, 'CRC32c, computed unless given'),
  ],
  checksum: { field: 'checksum', kind: 'crc32c', covers: 'segment', pseudo: false },
})
