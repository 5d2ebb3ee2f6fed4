import type { Item, List } from '../header.js'
import { bytes, optionsBy, rawItem, uint } from '../members.js'

const { one, option } = optionsBy('kind')

const rest = { extent: (held: { value(name: string): bigint }) => Number(held.value('length')) - 2 }

const block: Item = {
  doc: 'a block that was received',
  is: {},
  fields: [uint('left', 32, 0n, 'its first sequence number'), uint('right', 32, 0n, 'the one behind it')],
}

/** RFC 9293 section 3.2; filled up with `eol` to whole 32-bit words. */
export const tcpOptions: List = {
  list: 'options',
  doc: 'options, filled up with `eol` to a multiple of 4 bytes',
  extent: held => 4 * Number(held.value('header_length')) - 20,
  align: { to: 4, fill: count => Array(count).fill({ name: 'eol', fields: {} }) },
  items: {
    eol: one(0n, 'end of the options'),
    nop: one(1n, 'no operation'),
    mss: option(2n, 'maximum segment size', [uint('value', 16, 1460n, 'bytes')], 'value'),
    wscale: option(3n, 'window scale (RFC 7323)', [uint('shift', 8, 7n, 'bits to shift')], 'shift'),
    sackok: option(4n, 'selective acknowledgment permitted (RFC 2018)'),
    sack: option(5n, 'selective acknowledgment (RFC 2018)', [
      { list: 'blocks', doc: 'what was received', ...rest, items: { '': block } },
    ]),
    ts: option(8n, 'time stamps (RFC 7323)', [
      uint('value', 32, 1n, 'time of the sender'),
      uint('echo', 32, 0n, 'time that is answered'),
    ]),
    fastopen: option(
      34n,
      'TCP Fast Open (RFC 7413)',
      [bytes('cookie', 'empty: a cookie is asked for', rest.extent)],
      'cookie',
    ),
    option: {
      doc: 'any other option',
      is: {},
      fields: [
        uint('kind', 8, 253n, 'option kind (253: experiment, RFC 4727)'),
        uint('length', 8, c => BigInt(c.headerBytes), 'bytes of the option'),
        bytes('data', 'contents', rest.extent),
      ],
    },
    raw: rawItem,
  },
}
