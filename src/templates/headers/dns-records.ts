import type { Item, List, Member } from '../header.js'
import { address, bytes, domainName, hex, names, uint } from '../members.js'

export const dnsTypes = names('dns-type', {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  ANY: 255,
})
export const dnsClasses = names('dns-class', { IN: 1, CH: 3, ANY: 255 })

/** Ten bytes and the name stand before the data (RFC 1035 section 3.2.1). */
const dataLength = uint(
  'data_length',
  16,
  c => BigInt(c.headerBytes - c.bytesOf('name') - 10),
  'bytes of the data',
)

const owner = (type: bigint) => [
  domainName('name', 'domain name'),
  uint('type', 16, type, 'type of record', { names: dnsTypes }),
]

const record = (type: bigint, doc: string, data: readonly Member[]): Item => ({
  doc,
  is: { type },
  fields: [
    ...owner(type),
    uint('class', 16, 1n, 'class', { names: dnsClasses }),
    uint('ttl', 32, 300n, 'seconds'),
    dataLength,
    ...data,
  ],
})

const target = [domainName('target', 'the name that it leads to')]

/** A pseudo-record: class and TTL have another meaning (RFC 6891). */
const opt: Item = {
  doc: 'EDNS: how large an answer may be (RFC 6891)',
  is: { name: 0n, type: 41n },
  short: 'udp_size',
  fields: [
    bytes('name', 'the root', () => 1, { bits: 8 }),
    uint('type', 16, 41n, 'type of record', { names: dnsTypes }),
    uint('udp_size', 16, 1232n, 'bytes of UDP payload that the sender takes'),
    uint('extended_rcode', 8, 0n, 'upper bits of the response code'),
    uint('version', 8, 0n, 'version'),
    uint('dnssec_ok', 1, 0n, 'DNSSEC records are welcome'),
    hex('z', 15, 0n, 'reserved'),
    dataLength,
    bytes('data', 'options', held => Number(held.value('data_length'))),
  ],
}

const items: List['items'] = {
  a: record(1n, 'IPv4 address', [address('address', 'ipv4', 0xc6130102n, 'address')]),
  aaaa: record(28n, 'IPv6 address', [
    address('address', 'ipv6', 0x20010002_00000001_00000000_00000001n, 'address'),
  ]),
  cname: record(5n, 'alias', target),
  ns: record(2n, 'name server', target),
  ptr: record(12n, 'name of an address', target),
  mx: record(15n, 'mail server', [uint('preference', 16, 10n, 'lower ones first'), ...target]),
  txt: record(16n, 'one text', [
    uint('text_length', 8, c => BigInt(c.bytesOf('text')), 'bytes of the text'),
    bytes('text', 'text', held => Number(held.value('text_length')), { type: 'text' }),
  ]),
  opt,
  record: {
    doc: 'any other record',
    is: {},
    fields: [
      ...owner(65n),
      uint('class', 16, 1n, 'class', { names: dnsClasses }),
      uint('ttl', 32, 300n, 'seconds'),
      dataLength,
      bytes('data', 'in hexadecimal', held => Number(held.value('data_length'))),
    ],
  },
}

export const dnsRecords = (list: string, count: string, doc: string): List => ({
  list,
  doc,
  count: held => Number(held.value(count)),
  items,
})
