import type { Header } from '../header.js'
import { ethernet } from './ethernet.js'
import { icmp } from './icmp.js'
import { ipv4 } from './ipv4.js'
import { ipv6 } from './ipv6.js'
import { tcp } from './tcp.js'
import { udp } from './udp.js'
import { vlan } from './vlan.js'

/** Every protocol that a profile may stack. A new one is its file and its line here. */
export const headers: Readonly<Record<string, Header>> = {
  ethernet,
  vlan,
  ipv4,
  ipv6,
  udp,
  tcp,
  icmp,
}
