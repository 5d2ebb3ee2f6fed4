import type { Header } from '../header.js'
import { arp } from './arp.js'
import { destOptions } from './dest-options.js'
import { dns } from './dns.js'
import { ethernet } from './ethernet.js'
import { fragment } from './fragment.js'
import { geneve } from './geneve.js'
import { gre } from './gre.js'
import { gtpu } from './gtpu.js'
import { hopByHop } from './hop-by-hop.js'
import { icmp } from './icmp.js'
import { icmpv6 } from './icmpv6.js'
import { igmp } from './igmp.js'
import { ipv4 } from './ipv4.js'
import { ipv6 } from './ipv6.js'
import { mpls } from './mpls.js'
import { pduSession } from './pdu-session.js'
import { pppoe } from './pppoe.js'
import { pppoeDiscovery } from './pppoe-discovery.js'
import { quic } from './quic.js'
import { raw } from './raw.js'
import { routing } from './routing.js'
import { sctp } from './sctp.js'
import { sctpData } from './sctp-data.js'
import { sctpInit } from './sctp-init.js'
import { svlan } from './svlan.js'
import { tcp } from './tcp.js'
import { udp } from './udp.js'
import { vlan } from './vlan.js'
import { vxlan } from './vxlan.js'

/** Every protocol that a profile may stack. A new one is its file and its line here. */
export const headers: Readonly<Record<string, Header>> = {
  ethernet,
  vlan,
  svlan,
  mpls,
  pppoe,
  pppoe_discovery: pppoeDiscovery,
  arp,
  ipv4,
  ipv6,
  hop_by_hop: hopByHop,
  dest_options: destOptions,
  routing,
  fragment,
  icmp,
  icmpv6,
  igmp,
  udp,
  tcp,
  sctp,
  sctp_data: sctpData,
  sctp_init: sctpInit,
  gre,
  vxlan,
  geneve,
  gtpu,
  pdu_session: pduSession,
  dns,
  quic,
  raw,
}
