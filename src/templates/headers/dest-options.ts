import { defineHeader } from '../header.js'
import { onIpv6 } from './bases.js'
import { optionsFields } from './ipv6-options.js'

export const destOptions = defineHeader({
  name: 'dest_options',
  doc: 'Destination options of IPv6',
  source: 'RFC 8200 section 4.6',
  on: onIpv6(60n),
  fields: optionsFields,
})
