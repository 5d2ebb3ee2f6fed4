import { defineHeader } from '../header.js'
import { hex, names, uint, when } from '../members.js'

export const pduSession = defineHeader({
  name: 'pdu_session',
  doc: 'PDU session container, the extension header of GTP-U in 5G, without its optional parts',
  source: '3GPP TS 38.415',
  on: { gtpu: { next_ext: 0x85n } },
  fields: [
    uint('length', 8, c => BigInt(c.headerBytes / 4), '4-byte units'),
    uint('type', 4, 0n, 'downlink or uplink', { names: names('pdu-session', { dl: 0, ul: 1 }) }),
    hex('flags', 4, 0n, 'delay and monitoring flags'),
    when('with `type: dl`', held => held.value('type') !== 1n, [
      uint('ppp', 1, 0n, 'a paging policy follows'),
      uint('rqi', 1, 0n, 'reflective QoS'),
    ]),
    when('with `type: ul`', held => held.value('type') === 1n, [uint('spare', 2, 0n, 'spare')]),
    uint('qfi', 6, 1n, 'QoS flow identifier', { identifies: true }),
    hex('next_ext', 8, 0n, 'type of the next extension header (0: none)', { identifies: true }),
  ],
})
