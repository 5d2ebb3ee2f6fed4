import type { Held, List, Member } from '../header.js'
import { address, bytes, optionsBy, rawItem, uint } from '../members.js'

const { one, option } = optionsBy('type')

const hops = (doc: string, more: { target?: true } = {}): readonly Member[] => [
  uint('pointer', 8, 4n, 'where the next address stands'),
  {
    list: 'hops',
    doc,
    extent: (held: Held) => Number(held.value('length')) - 3,
    items: {
      '': {
        doc: 'an address',
        is: {},
        short: '',
        fields: [address('', 'ipv4', 0n, 'address', more)],
      },
    },
  },
]

/** RFC 791 section 3.1; filled up with `eol` to whole 32-bit words. */
export const ipv4Options: List = {
  list: 'options',
  doc: 'options, filled up with `eol` to a multiple of 4 bytes',
  extent: held => 4 * Number(held.value('header_length')) - 20,
  align: { to: 4, fill: count => Array(count).fill({ name: 'eol', fields: {} }) },
  items: {
    eol: one(0n, 'end of the options'),
    nop: one(1n, 'no operation'),
    router_alert: option(
      148n,
      'router alert (RFC 2113)',
      [uint('value', 16, 0n, '0: every router looks')],
      'value',
    ),
    record_route: option(7n, 'record route', hops('room for addresses, 0.0.0.0 each')),
    loose_route: option(131n, 'loose source route', hops('addresses on the way', { target: true })),
    strict_route: option(137n, 'strict source route', hops('addresses on the way', { target: true })),
    timestamp: option(68n, 'Internet timestamp', [
      uint('pointer', 8, 5n, 'where the next time stamp stands'),
      uint('overflow', 4, 0n, 'hosts that found no room'),
      uint('flag', 4, 0n, '0: times only'),
      bytes('data', 'times and addresses', held => Number(held.value('length')) - 4),
    ]),
    option: {
      doc: 'any other option',
      is: {},
      fields: [
        uint('type', 8, 30n, 'option type (30: experiment, RFC 4727)'),
        uint('length', 8, c => BigInt(c.headerBytes), 'bytes of the option'),
        bytes('data', 'contents', held => Number(held.value('length')) - 2),
      ],
    },
    raw: rawItem,
  },
}
