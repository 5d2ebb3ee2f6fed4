import ipaddr from 'ipaddr.js'
import { maxOf } from './integer.js'
import { didYouMean, type Parsed, parsed, type Refused, refuse } from './parsed.js'

export type AddressKind = 'mac' | 'ipv4' | 'ipv6'

export const addressBits = { mac: 48, ipv4: 32, ipv6: 128 } as const
export const addressNames = {
  mac: 'a MAC address',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
} as const
export const addressExamples = { mac: '02:00:00:00:00:01', ipv4: '198.18.0.1', ipv6: '2001:2::1' } as const

const decimal = '(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const fourDecimals = new RegExp(`^${decimal}(\\.${decimal}){3}$`)

const isKind: Readonly<Record<AddressKind, (text: string) => boolean>> = {
  mac: text => /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text),
  // Four plain decimals: ipaddr.js also reads `10.1` as 10.0.0.1 and `010.1.2.3` as octal, and takes five times as long.
  ipv4: text => fourDecimals.test(text),
  // A zone (`fe80::1%eth0`) is a name of this host, not part of the address on the wire.
  ipv6: text => ipaddr.IPv6.isValid(text) && !text.includes('%'),
}

export function parseAddress(kind: AddressKind, text: string): Parsed<bigint> {
  const trimmed = text.trim()
  if (!isKind[kind](trimmed)) return notAn(kind, trimmed)
  return parsed(
    kind === 'ipv6'
      ? fromBytes(ipaddr.IPv6.parse(trimmed).toByteArray())
      : fromWords(trimmed.split(kind === 'mac' ? ':' : '.'), kind === 'mac' ? 16 : 10),
  )
}

/** Lower case; IPv6 as RFC 5952 wants it. */
export function formatAddress(kind: AddressKind, value: bigint): string {
  const bytes = toBytes(value, addressBits[kind] / 8)
  if (kind === 'mac') return bytes.map(byte => byte.toString(16).padStart(2, '0')).join(':')
  if (kind === 'ipv4') return bytes.join('.')
  return new ipaddr.IPv6(bytes).toRFC5952String()
}

/** Up to 48 bits, in which a number is exact: the arithmetic of larger ones takes ten times as long. */
const fromWords = (bytes: readonly string[], radix: number): bigint =>
  BigInt(bytes.reduce((sum, byte) => sum * 256 + Number.parseInt(byte, radix), 0))

const fromBytes = (bytes: readonly number[]): bigint =>
  bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

const toBytes = (value: bigint, length: number): number[] =>
  Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 255n))

/** Inclusive. */
export interface AddressRange {
  low: bigint
  high: bigint
}

/** `198.18.0.0/20` (no host bits) or `198.18.0.1-198.18.0.99`. */
export function parseAddressRange(kind: AddressKind, text: string): Parsed<AddressRange> {
  const trimmed = text.trim()
  const prefix = /^([^/]*)\/(\d{1,3})$/.exec(trimmed)
  if (prefix) return parsePrefix(kind, prefix[1]!, Number(prefix[2]))
  const ends = trimmed.split('-')
  if (ends.length !== 2)
    return refuse('bad-value', `\`${text}\` is not a range of addresses`, notRangeHint(kind, trimmed))
  const low = parseAddress(kind, ends[0]!)
  const high = parseAddress(kind, ends[1]!)
  if (!low.ok) return low
  if (!high.ok) return high
  if (low.value <= high.value) return parsed({ low: low.value, high: high.value })
  return refuse(
    'reversed-range',
    `the range \`${trimmed}\` runs backwards`,
    didYouMean(`${ends[1]!.trim()}-${ends[0]!.trim()}`),
  )
}

function parsePrefix(kind: AddressKind, address: string, length: number): Parsed<AddressRange> {
  const base = parseAddress(kind, address)
  if (!base.ok) return base
  const bits = addressBits[kind]
  if (length > bits)
    return refuse('out-of-range', `/${length} is longer than ${addressNames[kind]}`, `/0 to /${bits}`)
  const host = maxOf(bits - length)
  const network = base.value & ~host
  if (network === base.value) return parsed({ low: network, high: network | host })
  const suggestion = `${formatAddress(kind, network)}/${length}`
  return refuse(
    'host-bits',
    `${address} is an address inside the network /${length}, not its start`,
    didYouMean(suggestion),
  )
}

/** One address where a set is wanted, or a word for all of them. */
function notRangeHint(kind: AddressKind, text: string): string {
  if (isKind[kind](text)) return `for one value write \`${text}\` alone; for a set, ${rangeHint(kind)}`
  return /^(all|\*)$/i.test(text) ? didYouMean('any') : rangeHint(kind)
}

const rangeHint = (kind: AddressKind): string =>
  kind === 'mac'
    ? 'write `02:00:00:00:00:00-02:00:00:00:00:ff`'
    : `write ${kind === 'ipv4' ? '`198.18.0.0/20` or `198.18.0.1-198.18.0.99`' : '`2001:2::/64` or `2001:2::1-2001:2::ff`'}`

/** Formats a range so that `parseAddressRange` reads it back: a prefix where it is one. */
export function formatAddressRange(kind: AddressKind, { low, high }: AddressRange): string {
  const size = high - low + 1n
  if (low < high && (size & (size - 1n)) === 0n && low % size === 0n)
    return `${formatAddress(kind, low)}/${addressBits[kind] - (size.toString(2).length - 1)}`
  return `${formatAddress(kind, low)}-${formatAddress(kind, high)}`
}

function notAn(kind: AddressKind, text: string): Refused {
  const other = (['mac', 'ipv4', 'ipv6'] as const).find(candidate => isKind[candidate](text))
  const example = `write it as \`${addressExamples[kind]}\``
  if (other)
    return refuse('bad-address', `\`${text}\` is ${addressNames[other]}, not ${addressNames[kind]}`, example)
  return refuse('bad-address', `\`${text}\` is not ${addressNames[kind]}`, addressHint(kind, text))
}

function addressHint(kind: AddressKind, text: string): string {
  if (kind === 'mac' && /^[0-9a-f]{2}(-[0-9a-f]{2}){5}$/i.test(text))
    return didYouMean(text.replaceAll('-', ':'))
  if (kind === 'ipv4' && /^\d+(\.\d+){3}$/.test(text))
    return 'four numbers from 0 to 255, without leading zeros'
  return `write it as \`${addressExamples[kind]}\``
}
