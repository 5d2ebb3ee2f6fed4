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

/** What a packet says when it has no address yet (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.2). */
const unspecified = ['0.0.0.0/32', '::/128']

/**
 * Destinations beyond the harmless ranges must be named in the profile, where a review sees them (RFC 6815). Sources, too:
 * what is answered goes to whoever has them. In a lab, nobody has.
 */
export function checkTargets(layout: Layout, safety: Safety): Diagnostic[] {
  return layout.layers.flatMap(layer => layer.fields.flatMap(field => checkTarget(field, safety)))
}

/** One field, which may be none that packets are sent to or come from. */
export function checkTarget({ path, ...field }: PlacedField, safety: Safety): readonly Diagnostic[] {
  const { target, origin, type } = field.field
  if (type !== 'ipv4' && type !== 'ipv6') return nothing
  if (target) {
    const refused = refusedOf(field, allowedBy(safety).targets[type])
    return refused ? [error(path, notAllowed(refused, type))] : nothing
  }
  if (!origin || safety.lab) return nothing
  const refused = refusedOf(field, allowedBy(safety).origins[type])
  return refused ? [error(path, spoofed(refused, type))] : nothing
}

const nothing: readonly Diagnostic[] = []

type Allowed = Readonly<Record<'targets' | 'origins', Readonly<Record<Family, readonly AddressRange[]>>>>

/** A capture asks for each of its packets. */
const known = new WeakMap<Safety, Allowed>()

function allowedBy(safety: Safety): Allowed {
  const of = (family: Family, more: readonly string[]) =>
    [...harmless[family], ...safety.allow, ...more].flatMap(text => readRange(family, text))
  const both = (more: readonly string[]) => ({ ipv4: of('ipv4', more), ipv6: of('ipv6', more) })
  const allowed = known.get(safety) ?? { targets: both([]), origins: both(unspecified) }
  known.set(safety, allowed)
  return allowed
}

const refusedOf = (
  field: Pick<PlacedField, 'spec' | 'parts'>,
  allowed: readonly AddressRange[],
): AddressRange | undefined => targetsOf(field).find(range => !covered(range, allowed))

function notAllowed(refused: AddressRange, family: Family) {
  const { text, within } = wordsFor(refused, family)
  return {
    code: 'target-not-allowed',
    message: `${text} is not ${within} the benchmark, private and documentation ranges`,
    hint: `if that network is yours to test, add ${text} to \`safety.allow\``,
  }
}

function spoofed(refused: AddressRange, family: Family) {
  const { text, within } = wordsFor(refused, family)
  return {
    code: 'spoofed-source',
    message: `${text} is not ${within} the benchmark, private and documentation ranges: answers would go to others`,
    hint: 'in an isolated lab, write `safety: {lab: true}`; a network of yours belongs in `safety.allow`',
  }
}

function wordsFor(range: AddressRange, family: Family) {
  const alone = range.low === range.high
  return {
    text: alone ? formatAddress(family, range.low) : formatAddressRange(family, range),
    within: alone ? 'in' : 'all in',
  }
}

/** What a field can hold, in ranges; nothing where it is not given. */
export function targetsOf({ spec, parts }: Pick<PlacedField, 'spec' | 'parts'>): readonly AddressRange[] {
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
