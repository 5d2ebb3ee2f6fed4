import { defineHeader, type Held } from '../header.js'
import { address, checksum, names, uint, when } from '../members.js'
import { onIpv6 } from './bases.js'
import { ndpOptions } from './ndp-options.js'

const is = (type: bigint) => (held: Held) => held.value('type') === type
/** RFC 4861: the five messages of neighbour discovery (redirect, the fifth, is written as `raw`). */
const discovers = (held: Held) => held.value('type') >= 133n && held.value('type') <= 136n

const types = names('icmpv6-type', {
  unreachable: 1,
  packet_too_big: 2,
  time_exceeded: 3,
  parameter_problem: 4,
  echo_request: 128,
  echo_reply: 129,
  rs: 133,
  ra: 134,
  ns: 135,
  na: 136,
})

export const icmpv6 = defineHeader({
  name: 'icmpv6',
  doc: 'Internet Control Message Protocol for IPv6, echo request unless told otherwise, and neighbour discovery',
  source: 'RFC 4443, RFC 4861',
  on: onIpv6(58n),
  protocol: 58,
  closed: discovers,
  fields: [
    uint('type', 8, 128n, 'message type, by number or name', { identifies: true, names: types }),
    uint('code', 8, 0n, 'message code', { identifies: true }),
    checksum(),
    when('with any other type', held => !discovers(held), [
      uint('id', 16, 1n, 'echo identifier', { identifies: true }),
      uint('seq', 16, 0n, 'echo sequence number'),
    ]),
    when('with `type: ra`', is(134n), [
      uint('hop_limit', 8, 64n, 'hop limit that hosts should use'),
      uint('managed', 1, 0n, 'addresses come from DHCPv6'),
      uint('other', 1, 0n, 'other configuration comes from DHCPv6'),
      uint('home_agent', 1, 0n, 'the router is a home agent (RFC 6275)'),
      uint('preference', 2, 0n, 'router preference (RFC 4191)'),
      uint('ra_reserved', 3, 0n, 'reserved'),
      uint('router_lifetime', 16, 1800n, 'seconds'),
      uint('reachable_time', 32, 0n, 'milliseconds'),
      uint('retrans_timer', 32, 0n, 'milliseconds'),
    ]),
    when('with `type: na`', is(136n), [
      uint('router', 1, 0n, 'the sender is a router'),
      uint('solicited', 1, 1n, 'answers a solicitation'),
      uint('override', 1, 1n, 'replaces what is cached'),
      uint('na_reserved', 29, 0n, 'reserved'),
    ]),
    when('with `type: rs` or `type: ns`', held => is(133n)(held) || is(135n)(held), [
      uint('reserved', 32, 0n, 'reserved'),
    ]),
    when('with `type: ns` or `type: na`', held => is(135n)(held) || is(136n)(held), [
      address('target', 'ipv6', 0x20010002_00000001_00000000_00000001n, 'the address that is asked for'),
    ]),
    when('with `type: rs`, `ra`, `ns` or `na`', discovers, [ndpOptions]),
  ],
  checksum: { field: 'checksum', covers: 'segment', pseudo: true },
})
