import { defineHeader, type LayerContext } from '../header.js'
import { checksum, hex, uint, when } from '../members.js'
import { onIp } from './bases.js'

const present = (field: string) => (c: LayerContext) => (c.given(field) ? 1n : 0n)

export const gre = defineHeader({
  name: 'gre',
  doc: 'Generic Routing Encapsulation; checksum, key and sequence are there where they are given',
  source: 'RFC 2784, RFC 2890',
  on: onIp(47n),
  fields: [
    uint('checksum_present', 1, present('checksum'), 'C: set where a checksum is given'),
    uint('reserved0', 1, 0n, 'reserved (routing, RFC 1701)'),
    uint('key_present', 1, present('key'), 'K: set where a key is given'),
    uint('sequence_present', 1, present('sequence'), 'S: set where a sequence number is given'),
    uint('reserved1', 9, 0n, 'reserved'),
    uint('version', 3, 0n, 'version'),
    // 0x88b5 is "IEEE Std 802 local experimental": what follows is no known protocol.
    hex('protocol', 16, 0x88b5n, 'EtherType, from the next layer', { identifies: true }),
    when('with `checksum_present: 1`', held => held.value('checksum_present') === 1n, [
      checksum(16, 'of header and payload; `valid` adds it'),
      uint('reserved2', 16, 0n, 'reserved'),
    ]),
    when('with `key_present: 1`', held => held.value('key_present') === 1n, [
      uint('key', 32, 0n, 'key of the tunnel', { identifies: true }),
    ]),
    when('with `sequence_present: 1`', held => held.value('sequence_present') === 1n, [
      uint('sequence', 32, 0n, 'sequence number'),
    ]),
  ],
  checksum: { field: 'checksum', covers: 'segment', pseudo: false },
})
