import { defineHeader } from '../header.js'
import { uint } from '../members.js'

export const sctpData = defineHeader({
  name: 'sctp_data',
  doc: 'DATA chunk of SCTP, to the end of the packet',
  source: 'RFC 9260 section 3.3.1',
  on: { sctp: {} },
  guess: { bits: 8, value: 0n },
  fields: [
    uint('type', 8, 0n, 'chunk type (0: DATA)'),
    {
      name: 'flags',
      bits: 8,
      type: 'flags',
      letters: '....IUBE',
      default: 3n,
      doc: 'I immediate, U unordered, B first piece, E last piece',
    },
    // A chunk ends on a multiple of 4 bytes, padding included; what room is left after that belongs to no chunk.
    uint('length', 16, c => BigInt(c.bytesFromHere - (c.bytesFromHere % 4)), 'bytes of the chunk'),
    uint('tsn', 32, 1n, 'transmission sequence number'),
    uint('stream_id', 16, 0n, 'stream identifier', { identifies: true }),
    uint('stream_seq', 16, 0n, 'stream sequence number'),
    uint('ppid', 32, 0n, 'payload protocol identifier'),
  ],
})
