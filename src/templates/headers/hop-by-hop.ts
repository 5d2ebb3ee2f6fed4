import { defineHeader } from '../header.js'
import { onIpv6 } from './bases.js'
import { optionsFields } from './ipv6-options.js'

export const hopByHop = defineHeader({
  name: 'hop_by_hop',
  doc: 'Hop-by-hop options of IPv6',
  source: 'RFC 8200 section 4.3',
  on: onIpv6(0n),
  fields: optionsFields,
})
