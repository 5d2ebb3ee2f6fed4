import { defineHeader, type Held } from '../header.js'
import { address, bytes, checksum, names, uint, when } from '../members.js'

const isReport3 = (held: Held) => held.value('type') === 0x22n

const types = names('igmp-type', { query: 0x11, report_v1: 0x12, report: 0x16, leave: 0x17, report_v3: 0x22 })

const source = {
  doc: 'an address',
  is: {},
  short: '',
  fields: [address('', 'ipv4', 0xc6120102n, 'source address')],
}

const record = {
  doc: 'a group record (RFC 3376 section 4.2.4)',
  is: {},
  fields: [
    uint('type', 8, 2n, 'record type', {
      names: names('igmp-record', {
        include: 1,
        exclude: 2,
        to_include: 3,
        to_exclude: 4,
        allow: 5,
        block: 6,
      }),
    }),
    uint('aux_length', 8, c => BigInt(Math.ceil(c.bytesOf('aux') / 4)), '4-byte units of auxiliary data'),
    uint('source_count', 16, c => BigInt(c.countOf('sources')), 'sources'),
    address('group', 'ipv4', 0xe0000101n, 'multicast address (224.0.1.1)'),
    {
      list: 'sources',
      doc: 'sources',
      count: (held: Held) => Number(held.value('source_count')),
      items: { '': source },
    },
    bytes('aux', 'auxiliary data', held => 4 * Number(held.value('aux_length')), { pad: { to: 4, from: 0 } }),
  ],
}

export const igmp = defineHeader({
  name: 'igmp',
  doc: 'Internet Group Management Protocol: messages of version 2 and reports of version 3',
  source: 'RFC 2236, RFC 3376',
  on: { ipv4: { protocol: 2n } },
  closed: () => true,
  fields: [
    uint('type', 8, 0x16n, 'message type, by number or name', { identifies: true, names: types }),
    uint('max_resp', 8, 0n, 'maximum response time of a query, tenths of a second'),
    checksum(),
    when('with any type but `report_v3`', held => !isReport3(held), [
      address('group', 'ipv4', 0xe0000101n, 'multicast address (224.0.1.1)', { identifies: true }),
    ]),
    when('with `type: report_v3`', isReport3, [
      uint('reserved', 16, 0n, 'reserved'),
      uint('record_count', 16, c => BigInt(c.countOf('records')), 'group records'),
      {
        list: 'records',
        doc: 'group records',
        count: held => Number(held.value('record_count')),
        items: { '': record },
      },
    ]),
  ],
  checksum: { field: 'checksum', covers: 'segment', pseudo: false },
})
