import { defineHeader } from '../header.js'
import { uint } from '../members.js'
import { onIpv6 } from './bases.js'

export const fragment = defineHeader({
  name: 'fragment',
  doc: 'Fragment header of IPv6, an atomic fragment unless told otherwise',
  source: 'RFC 8200 section 4.5',
  on: onIpv6(44n),
  fields: [
    uint('next_header', 8, 59n, 'protocol number, from the next layer (59: none)', { identifies: true }),
    uint('reserved', 8, 0n, 'reserved'),
    uint('fragment_offset', 13, 0n, 'fragment offset, 8-byte units'),
    uint('reserved2', 2, 0n, 'reserved'),
    uint('more', 1, 0n, 'more fragments follow'),
    uint('id', 32, 0n, 'identification of fragments'),
  ],
})
