import { defineHeader } from '../header.js'
import { checksum, trafficClass } from '../members.js'
import { etherType, onIp, tunnels } from './bases.js'
import { ipv4Options } from './ipv4-options.js'

export const ipv4 = defineHeader({
  name: 'ipv4',
  doc: 'Internet Protocol version 4',
  source: 'RFC 791',
  on: { ...etherType(0x0800n), ...onIp(4n), ...tunnels(0x0021n) },
  guess: { bits: 4, value: 4n },
  fields: [
    { name: 'version', bits: 4, type: 'uint', default: 4n, doc: 'IP version' },
    {
      name: 'header_length',
      bits: 4,
      type: 'uint',
      default: c => BigInt(Math.ceil(c.headerBytes / 4)),
      doc: 'header length, 32-bit words',
    },
    ...trafficClass,
    {
      name: 'length',
      bits: 16,
      type: 'uint',
      default: c => BigInt(c.bytesFromHere),
      doc: 'header and data, bytes',
    },
    { name: 'id', bits: 16, type: 'uint', default: 0n, doc: 'identification of fragments' },
    {
      name: 'flags',
      bits: 3,
      type: 'flags',
      letters: 'RDM',
      default: 0n,
      doc: 'R reserved, D do not fragment, M more',
    },
    { name: 'fragment_offset', bits: 13, type: 'uint', default: 0n, doc: 'fragment offset, 8-byte units' },
    // RFC 2544 appendix C.2.6.4: the test frame's TTL is 10, so that a loop cannot live long.
    { name: 'ttl', bits: 8, type: 'uint', default: 10n, doc: 'time to live' },
    // 253 is reserved for experiments (RFC 3692): what follows is no known protocol.
    {
      name: 'protocol',
      bits: 8,
      type: 'uint',
      identifies: true,
      default: 253n,
      doc: 'protocol number, from the next layer',
    },
    checksum(),
    {
      name: 'src',
      bits: 32,
      type: 'ipv4',
      identifies: true,
      default: 0xc6120102n,
      origin: true,
      doc: 'source address (198.18.1.2)',
    },
    {
      name: 'dst',
      bits: 32,
      type: 'ipv4',
      identifies: true,
      default: 0xc6130102n,
      target: true,
      doc: 'destination address (198.19.1.2)',
    },
    ipv4Options,
  ],
  // RFC 1122 section 4.1.3.4: with a source route, the sum is over the address where it ends.
  finalDestination: (_, keys) =>
    keys.findLast(key => /_route(\.\d+)?\.hops\.\d+$/.test(key) && !/record/.test(key)),
  checksum: { field: 'checksum', covers: 'header', pseudo: false },
})
