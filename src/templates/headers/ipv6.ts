import { defineHeader } from '../header.js'
import { trafficClass } from '../members.js'
import { etherType, onIp, tunnels } from './bases.js'

export const ipv6 = defineHeader({
  name: 'ipv6',
  doc: 'Internet Protocol version 6; extension headers are layers of their own',
  source: 'RFC 8200',
  on: { ...etherType(0x86ddn), ...onIp(41n), ...tunnels(0x0057n) },
  guess: { bits: 4, value: 6n },
  fields: [
    { name: 'version', bits: 4, type: 'uint', default: 6n, doc: 'IP version' },
    ...trafficClass,
    { name: 'flow_label', bits: 20, type: 'uint', hex: true, default: 0n, doc: 'flow label (RFC 6437)' },
    {
      name: 'payload_length',
      bits: 16,
      type: 'uint',
      default: c => BigInt(c.bytesFromHere - c.headerBytes),
      doc: 'bytes after this header',
    },
    // 253 is reserved for experiments (RFC 3692): what follows is no known protocol.
    {
      name: 'next_header',
      bits: 8,
      type: 'uint',
      identifies: true,
      default: 253n,
      doc: 'protocol number, from the next layer',
    },
    { name: 'hop_limit', bits: 8, type: 'uint', default: 10n, doc: 'hop limit' },
    // The benchmarking prefix 2001:2::/48 (RFC 5180 section 8 with its erratum).
    {
      name: 'src',
      bits: 128,
      type: 'ipv6',
      identifies: true,
      default: 0x20010002_00000000_00000000_00000001n,
      origin: true,
      doc: 'source address (2001:2::1)',
    },
    {
      name: 'dst',
      bits: 128,
      type: 'ipv6',
      identifies: true,
      default: 0x20010002_00000001_00000000_00000001n,
      target: true,
      doc: 'destination address (2001:2:0:1::1)',
    },
  ],
})
