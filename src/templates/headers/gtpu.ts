import { defineHeader, type Held, type LayerContext } from '../header.js'
import { hex, names, uint, when } from '../members.js'

const present = (field: string) => (c: LayerContext) => (c.given(field) ? 1n : 0n)
const flags = ['extension_present', 'sequence_present', 'npdu_present']
const anyFlag = (held: Held) => flags.some(flag => held.value(flag) === 1n)

const types = names('gtpu-type', {
  echo_request: 1,
  echo_response: 2,
  error_indication: 26,
  end_marker: 254,
  gpdu: 255,
})

export const gtpu = defineHeader({
  name: 'gtpu',
  doc: 'GTP-U, the user plane of mobile networks; a sequence number is there where it is given',
  source: '3GPP TS 29.281',
  on: { udp: { dst: 2152n } },
  fields: [
    uint('version', 3, 1n, 'version'),
    uint('protocol_type', 1, 1n, '1: GTP, not its charging protocol'),
    uint('reserved', 1, 0n, 'reserved'),
    uint('extension_present', 1, present('next_ext'), 'E: set where an extension header follows'),
    uint('sequence_present', 1, present('sequence'), 'S: set where a sequence number is given'),
    uint('npdu_present', 1, present('npdu'), 'PN: set where an N-PDU number is given'),
    uint('type', 8, 255n, 'message type, by number or name', { identifies: true, names: types }),
    uint('length', 16, c => BigInt(c.bytesFromHere - 8), 'bytes after the first eight'),
    hex('teid', 32, 1n, 'tunnel endpoint identifier', { identifies: true }),
    when('with any of the three flags', anyFlag, [
      uint('sequence', 16, 0n, 'sequence number'),
      uint('npdu', 8, 0n, 'N-PDU number'),
      hex('next_ext', 8, 0n, 'type of the extension header, from the next layer', { identifies: true }),
    ]),
  ],
})
