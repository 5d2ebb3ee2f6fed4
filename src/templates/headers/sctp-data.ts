import { defineHeader } from '../header.js'
import { uint } from '../members.js'

export const sctpData = defineHeader({
  name: 'sctp_data',
  doc: 'DATA chunk of SCTP, to the end of the packet',
  source: 'RFC 9260 section 3.3.1',
  on: { sctp: {} },
  guess: { bits: 8, value: 0n },
  // RFC 9260 section 3.2: chunks are whole 32-bit words.
  unit: 4,
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
    uint('length', 16, c => BigInt(c.bytesFromHere), 'bytes of the chunk'),
    uint('tsn', 32, 1n, 'transmission sequence number'),
    uint('stream_id', 16, 0n, 'stream identifier', { identifies: true }),
    uint('stream_seq', 16, 0n, 'stream sequence number'),
    uint('ppid', 32, 0n, 'payload protocol identifier'),
  ],
})
