import { defineHeader } from '../header.js'
import { hex, uint } from '../members.js'
import { etherType } from './bases.js'

export const pppoe = defineHeader({
  name: 'pppoe',
  doc: 'PPP over Ethernet, a session; the protocol of PPP is its last field',
  source: 'RFC 2516 section 6, RFC 1661',
  on: etherType(0x8864n),
  fields: [
    uint('version', 4, 1n, 'version'),
    uint('type', 4, 1n, 'type'),
    hex('code', 8, 0n, '0: session data'),
    hex('session_id', 16, 1n, 'session', { identifies: true }),
    uint('length', 16, c => BigInt(c.bytesFromHere - 6), 'bytes after the first six'),
    hex('protocol', 16, 0xc021n, 'protocol of PPP, from the next layer (0xc021: LCP)', { identifies: true }),
  ],
})
