import { defineHeader, type List } from '../header.js'
import { domainName, hex, names, uint } from '../members.js'
import { dnsClasses, dnsRecords, dnsTypes } from './dns-records.js'

const questions: List = {
  list: 'questions',
  doc: 'what is asked for, one address of `bench.test` unless given',
  default: [{ name: '', fields: {} }],
  count: held => Number(held.value('question_count')),
  items: {
    '': {
      doc: 'a question',
      is: {},
      fields: [
        domainName('name', 'domain name'),
        uint('type', 16, 1n, 'type of record, by number or name', { names: dnsTypes }),
        uint('class', 16, 1n, 'class', { names: dnsClasses }),
      ],
    },
  },
}

export const dns = defineHeader({
  name: 'dns',
  doc: 'Domain Name System over UDP, a query unless told otherwise; names are written out, without compression',
  source: 'RFC 1035 section 4',
  on: { udp: { dst: 53n } },
  closed: () => true,
  fields: [
    hex('id', 16, 1n, 'query identifier'),
    uint('qr', 1, c => (c.countOf('answers') > 0 ? 1n : 0n), '1: a response, as with any answer'),
    uint('opcode', 4, 0n, 'kind of query'),
    uint('aa', 1, 0n, 'authoritative answer'),
    uint('tc', 1, 0n, 'truncated'),
    uint('rd', 1, 1n, 'recursion desired'),
    uint('ra', 1, 0n, 'recursion available'),
    uint('z', 1, 0n, 'reserved'),
    uint('ad', 1, 0n, 'authentic data (RFC 4035)'),
    uint('cd', 1, 0n, 'checking disabled (RFC 4035)'),
    uint('rcode', 4, 0n, 'response code', {
      names: names('dns-rcode', { noerror: 0, formerr: 1, servfail: 2, nxdomain: 3, notimp: 4, refused: 5 }),
    }),
    uint('question_count', 16, c => BigInt(c.countOf('questions')), 'questions'),
    uint('answer_count', 16, c => BigInt(c.countOf('answers')), 'answers'),
    uint('authority_count', 16, c => BigInt(c.countOf('authorities')), 'authority records'),
    uint('additional_count', 16, c => BigInt(c.countOf('additionals')), 'additional records'),
    questions,
    dnsRecords('answers', 'answer_count', 'resource records that answer'),
    dnsRecords('authorities', 'authority_count', 'resource records that name an authority'),
    dnsRecords('additionals', 'additional_count', 'additional resource records, `opt` (EDNS) among them'),
  ],
})
