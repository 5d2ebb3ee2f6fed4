import { defineHeader, type Held, type Item, type Member } from '../header.js'
import { address, bytes, hex, rawItem, uint } from '../members.js'

const parameter = (type: bigint, doc: string, fields: readonly Member[], short: string): Item => ({
  doc,
  is: { type },
  short,
  fields: [
    hex('type', 16, type, 'parameter type'),
    uint('length', 16, c => BigInt(c.headerBytes), 'bytes of the parameter'),
    ...fields,
  ],
})

const roundUp = (count: number) => Math.ceil(count / 4) * 4

export const sctpInit = defineHeader({
  name: 'sctp_init',
  doc: 'INIT chunk of SCTP',
  source: 'RFC 9260 section 3.3.2',
  on: { sctp: {} },
  guess: { bits: 8, value: 1n },
  closed: () => true,
  fields: [
    uint('type', 8, 1n, 'chunk type (1: INIT)'),
    hex('flags', 8, 0n, 'reserved'),
    uint('length', 16, c => BigInt(c.headerBytes), 'bytes of the chunk'),
    hex('initiate_tag', 32, 1n, 'verification tag that the answer must have'),
    uint('window', 32, 65536n, 'receive window (a_rwnd)'),
    uint('out_streams', 16, 10n, 'streams to the peer'),
    uint('in_streams', 16, 10n, 'streams from the peer'),
    uint('initial_tsn', 32, 1n, 'first transmission sequence number'),
    {
      list: 'parameters',
      doc: 'optional parameters',
      extent: (held: Held) => Number(held.value('length')) - 20,
      items: {
        ipv4: parameter(5n, 'IPv4 address', [address('address', 'ipv4', 0xc6120102n, 'address')], 'address'),
        ipv6: parameter(
          6n,
          'IPv6 address',
          [address('address', 'ipv6', 0x20010002n << 96n, 'address')],
          'address',
        ),
        parameter: {
          doc: 'any other parameter, filled up with zeros to a multiple of 4 bytes',
          is: {},
          fields: [
            hex('type', 16, 0x8000n, 'parameter type'),
            uint('length', 16, c => BigInt(c.headerBytes), 'bytes of the parameter'),
            bytes('data', 'contents', held => roundUp(Number(held.value('length')) - 4), {
              pad: { to: 4, from: 0 },
            }),
          ],
        },
        raw: rawItem,
      },
    },
  ],
})
