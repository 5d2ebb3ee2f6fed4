import { defineHeader } from '../header.js'
import { address, hex, names, uint } from '../members.js'
import { onIpv6 } from './bases.js'

export const routing = defineHeader({
  name: 'routing',
  doc: 'Routing header of IPv6, segment routing (SRH) unless told otherwise',
  source: 'RFC 8754',
  on: onIpv6(43n),
  // RFC 8200 section 8.1: until the last hop the sum is over the final destination, which is Segment List[0].
  finalDestination: held => (held.value('segments_left') > 0n ? 'segments.1' : undefined),
  fields: [
    uint('next_header', 8, 59n, 'protocol number, from the next layer (59: none)', { identifies: true }),
    uint('length', 8, c => BigInt(Math.ceil(c.headerBytes / 8) - 1), '8-byte units after the first'),
    uint('type', 8, 4n, 'routing type', { names: names('routing-type', { source: 0, mobile: 2, srh: 4 }) }),
    uint('segments_left', 8, c => last(c.countOf('segments')), 'segments still to be visited'),
    uint('last_entry', 8, c => last(c.countOf('segments')), 'index of the last segment'),
    hex('flags', 8, 0n, 'flags'),
    hex('tag', 16, 0n, 'group of packets'),
    {
      list: 'segments',
      doc: 'addresses as on the wire: the final destination first, the next hop last',
      count: held => Math.min(Number(held.value('last_entry')) + 1, Number(held.value('length')) / 2),
      items: {
        '': {
          doc: 'an address',
          is: {},
          short: '',
          fields: [address('', 'ipv6', 0n, 'segment', { target: true })],
        },
      },
    },
  ],
})

const last = (count: number): bigint => BigInt(Math.max(0, count - 1))
