import { defineHeader, type FieldType, type Held, type Item } from '../header.js'
import { bytes, hex, names, rawItem, uint } from '../members.js'
import { etherType } from './bases.js'

const tag = (type: bigint | undefined, doc: string, data: FieldType = 'bytes'): Item => ({
  doc,
  is: type === undefined ? {} : { type },
  ...(type !== undefined && { short: 'value' }),
  fields: [
    hex('type', 16, type ?? 0x0105n, 'tag type'),
    uint('length', 16, c => BigInt(c.bytesOf('value')), 'bytes of the value'),
    bytes('value', 'contents', held => Number(held.value('length')), { type: data }),
  ],
})

export const pppoeDiscovery = defineHeader({
  name: 'pppoe_discovery',
  doc: 'PPP over Ethernet, discovery of a session',
  source: 'RFC 2516 section 5',
  on: etherType(0x8863n),
  closed: () => true,
  fields: [
    uint('version', 4, 1n, 'version'),
    uint('type', 4, 1n, 'type'),
    hex('code', 8, 9n, 'message, by number or name', {
      identifies: true,
      names: names('pppoe-code', { padi: 0x09, pado: 0x07, padr: 0x19, pads: 0x65, padt: 0xa7 }),
    }),
    hex('session_id', 16, 0n, 'session, 0 before there is one'),
    uint('length', 16, c => BigInt(c.headerBytes - 6), 'bytes of tags'),
    {
      list: 'tags',
      doc: 'tags',
      extent: (held: Held) => Number(held.value('length')),
      items: {
        end_of_list: tag(0n, 'end of the tags'),
        service_name: tag(0x0101n, 'name of the service, empty for any', 'text'),
        ac_name: tag(0x0102n, 'name of the access concentrator', 'text'),
        host_uniq: tag(0x0103n, 'what the host knows its request by'),
        ac_cookie: tag(0x0104n, 'what the concentrator knows a host by'),
        tag: tag(undefined, 'any other tag'),
        raw: rawItem,
      },
    },
  ],
})
