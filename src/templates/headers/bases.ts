type On = Readonly<Record<string, Readonly<Record<string, bigint>>>>

/** Everything that carries an EtherType. */
export const etherType = (type: bigint): On => ({
  ethernet: { type },
  vlan: { type },
  svlan: { type },
  gre: { protocol: type },
  geneve: { protocol: type },
})

/** IPv6 and its extension headers. */
export const onIpv6 = (next_header: bigint): On => ({
  ipv6: { next_header },
  hop_by_hop: { next_header },
  dest_options: { next_header },
  routing: { next_header },
  fragment: { next_header },
})

/** IP of either version. */
export const onIp = (protocol: bigint): On => ({ ipv4: { protocol }, ...onIpv6(protocol) })

/** Tunnels that carry IP packets; the payload type of PPP is that of RFC 1332 and RFC 5072. */
export const tunnels = (ppp: bigint): On => ({
  mpls: { bos: 1n },
  pppoe: { protocol: ppp },
  gtpu: { type: 255n },
  pdu_session: { next_ext: 0n },
})
