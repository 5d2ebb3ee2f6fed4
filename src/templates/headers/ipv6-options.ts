import type { HeaderRecord, Item, List, Member } from '../header.js'
import { bytes, hex, rawItem, uint } from '../members.js'

const option = (type: bigint, doc: string, fields: readonly Member[], short: string): Item => ({
  doc,
  is: { type },
  short,
  fields: [
    hex('type', 8, type, 'option type'),
    uint('length', 8, c => BigInt(c.headerBytes - 2), 'bytes of its contents'),
    ...fields,
  ],
})

const data = bytes('data', 'contents', held => Number(held.value('length')))

/** Whole options that do nothing: one of a byte, or one of any other length (RFC 8200 section 4.2). */
const padding = (count: number) =>
  count === 1
    ? [{ name: 'pad1', fields: {} }]
    : [{ name: 'padn', fields: { data: { kind: 'bytes', bytes: new Uint8Array(count - 2) } as const } }]

const options: List = {
  list: 'options',
  doc: 'options, filled up with `pad1` or `padn` to a multiple of 8 bytes',
  extent: held => 8 * Number(held.value('length')) + 6,
  align: { to: 8, fill: padding },
  items: {
    pad1: { doc: 'one byte of padding', is: { type: 0n }, fields: [hex('type', 8, 0n, 'option type')] },
    padn: option(1n, 'two or more bytes of padding', [data], 'data'),
    router_alert: option(5n, 'router alert (RFC 2711)', [uint('value', 16, 0n, '0: MLD')], 'value'),
    jumbo: option(
      0xc2n,
      'jumbo payload (RFC 2675)',
      [uint('payload_length', 32, 65536n, 'bytes')],
      'payload_length',
    ),
    option: {
      doc: 'any other option',
      is: {},
      fields: [
        hex('type', 8, 0x1en, 'option type (0x1e: experiment, RFC 4727)'),
        uint('length', 8, c => BigInt(c.headerBytes - 2), 'bytes of its contents'),
        data,
      ],
    },
    raw: rawItem,
  },
}

/** Hop-by-hop and destination options are the same header under two numbers. */
export const optionsFields: HeaderRecord['fields'] = [
  uint('next_header', 8, 59n, 'protocol number, from the next layer (59: none)', { identifies: true }),
  uint('length', 8, c => BigInt(Math.ceil(c.headerBytes / 8) - 1), '8-byte units after the first'),
  options,
]
