import type { Safety } from '../profile/model.js'
import {
  type AddressRange,
  formatAddress,
  formatAddressRange,
  parseAddress,
  parseAddressRange,
} from '../units/address.js'
import { type Diagnostic, error } from './diagnostic.js'
import { hullsOfSlot } from './header-table.js'
import type { Layout, PlacedField } from './layout.js'
import { hullOfParts } from './pieces.js'

type Family = 'ipv4' | 'ipv6'

/** Where a flood does no harm outside of the lab: nobody on the Internet answers to these. */
const harmless: Readonly<Record<Family, readonly string[]>> = {
  ipv4: [
    '198.18.0.0/15', // benchmarking, RFC 2544
    '192.0.2.0/24', // documentation, RFC 5737
    '198.51.100.0/24',
    '203.0.113.0/24',
    '127.0.0.0/8', // loopback
    '10.0.0.0/8', // private, RFC 1918
    '172.16.0.0/12',
    '192.168.0.0/16',
    '169.254.0.0/16', // link-local, RFC 3927
    '224.0.0.0/24', // multicast that no router forwards, RFC 5771
  ],
  ipv6: [
    '2001:2::/48', // benchmarking, RFC 5180
    '2001:db8::/32', // documentation, RFC 3849
    '::1/128', // loopback
    'fc00::/7', // unique local, RFC 4193
    'fe80::/10', // link-local
    'ff02::/16', // multicast on the link, RFC 4291
  ],
}

/** Destinations beyond the harmless ranges must be named in the profile, where a review sees them (RFC 6815). */
export function checkTargets(layout: Layout, safety: Safety): Diagnostic[] {
  return layout.layers.flatMap(layer => layer.fields.flatMap(field => checkTarget(field, safety)))
}

/** One field, which may be none that packets are sent to. */
export function checkTarget(field: PlacedField, safety: Safety): readonly Diagnostic[] {
  const { target, type } = field.field
  return target && (type === 'ipv4' || type === 'ipv6') ? checkField(field, type, safety) : nothing
}

const nothing: readonly Diagnostic[] = []

/** A capture asks for each of its packets. */
const known = new WeakMap<Safety, Readonly<Record<Family, readonly AddressRange[]>>>()

function allowedBy(safety: Safety): Readonly<Record<Family, readonly AddressRange[]>> {
  const of = (family: Family) =>
    [...harmless[family], ...safety.allow].flatMap(text => readRange(family, text))
  const allowed = known.get(safety) ?? { ipv4: of('ipv4'), ipv6: of('ipv6') }
  known.set(safety, allowed)
  return allowed
}

function checkField(field: PlacedField, family: Family, safety: Safety): Diagnostic[] {
  const allowed = allowedBy(safety)[family]
  const refused = targetsOf(field).find(range => !covered(range, allowed))
  if (!refused) return []
  const alone = refused.low === refused.high
  const text = alone ? formatAddress(family, refused.low) : formatAddressRange(family, refused)
  return [
    error(field.path, {
      code: 'target-not-allowed',
      message: `${text} is not ${alone ? 'in' : 'all in'} the benchmark, private and documentation ranges`,
      hint: `if that network is yours to test, add ${text} to \`safety.allow\``,
    }),
  ]
}

/** What a field can hold, in ranges; nothing where it is not given. */
export function targetsOf({ spec, parts }: PlacedField): readonly AddressRange[] {
  if (parts.length === 0) return spec ? hullsOfSlot(spec) : []
  return hullOfParts(parts.map(part => ({ bits: part.bits, hulls: targetsOf(part) })))
}

/** Walks through the range from one allowed range to the next; they may touch or overlap. */
function covered({ low, high }: AddressRange, allowed: readonly AddressRange[]): boolean {
  let next = low
  while (next <= high) {
    const range = allowed.find(candidate => candidate.low <= next && next <= candidate.high)
    if (!range) return false
    next = range.high + 1n
  }
  return true
}

/** A prefix, a range or one address of this family; nothing for the other family. */
function readRange(family: Family, text: string): readonly AddressRange[] {
  const range = parseAddressRange(family, text)
  if (range.ok) return [range.value]
  const address = parseAddress(family, text)
  return address.ok ? [{ low: address.value, high: address.value }] : []
}
