/** Short forms for the tables of headers. */
import { encodeName } from '../units/domain-name.js'
import type { Field, FieldType, Item, LayerContext, Member, Names, When } from './header.js'

type Default = bigint | ((context: LayerContext) => bigint)
type More = Partial<Omit<Field, 'name' | 'doc'>>

export const uint = (
  name: string,
  bits: number,
  byDefault: Default,
  doc: string,
  more: More = {},
): Field => ({
  name,
  bits,
  type: 'uint',
  default: byDefault,
  doc,
  ...more,
})

export const hex = (name: string, bits: number, byDefault: Default, doc: string, more: More = {}): Field =>
  uint(name, bits, byDefault, doc, { hex: true, ...more })

export const checksum = (bits = 16, doc = 'computed unless given'): Field => ({
  name: 'checksum',
  bits,
  type: 'checksum',
  hex: true,
  default: 0n,
  doc,
})

/** The second byte of IPv4, and the traffic class of IPv6. */
export const trafficClass: readonly Field[] = [
  uint('dscp', 6, 0n, 'differentiated services code point (RFC 2474)'),
  uint('ecn', 2, 0n, 'explicit congestion notification (RFC 3168)'),
]

const addressBits = { mac: 48, ipv4: 32, ipv6: 128 } as const

export const address = (
  name: string,
  type: keyof typeof addressBits,
  byDefault: bigint,
  doc: string,
  more: More = {},
): Field => ({ name, type, bits: addressBits[type], default: byDefault, doc, ...more })

/** Bytes of any length; `extent` says how a reader finds it. */
export const bytes = (
  name: string,
  doc: string,
  extent: NonNullable<Field['extent']>,
  { type = 'bytes', ...more }: More & { type?: FieldType } = {},
): Field => ({ name, type, bits: 0, default: 0n, doc, extent, ...more })

/** A domain name of labels (RFC 1035 section 3.1), `bench.test` unless given. */
export function domainName(name: string, doc: string): Field {
  const encoded = encodeName('bench.test')
  const value = BigInt(`0x${Buffer.from(encoded).toString('hex')}`)
  return {
    name,
    type: 'name',
    bits: encoded.length * 8,
    default: value,
    doc,
    extent: (_, rest) => nameBytes(rest),
  }
}

/** To the root label, or to a pointer (RFC 1035 section 4.1.4). */
function nameBytes(rest: Uint8Array): number {
  let at = 0
  while (at < rest.length && rest[at] !== 0) {
    if (rest[at]! >= 0xc0) return at + 2
    at += rest[at]! + 1
  }
  return at + 1
}

export const when = (doc: string, condition: When['when'], fields: readonly Member[]): When => ({
  when: condition,
  doc,
  fields,
})

export const names = (id: string, values: Readonly<Record<string, number>>): Names => ({
  id,
  values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, BigInt(value)])),
})

/** In every list: bytes as they are, for whatever nmgen has no name for. */
export const rawItem: Item = {
  doc: 'bytes as they are, right or wrong',
  is: {},
  short: 'bytes',
  unread: true,
  fields: [bytes('bytes', 'in hexadecimal', () => Number.NaN)],
}

/** Options of IPv4 and TCP: one byte that says which (`key`), the length where there is more, and the contents. */
export const optionsBy = (key: 'type' | 'kind') => {
  const selector = (value: bigint) => uint(key, 8, value, `option ${key}`)
  return {
    /** A single byte, such as `nop`. */
    one: (value: bigint, doc: string): Item => ({ doc, is: { [key]: value }, fields: [selector(value)] }),
    option: (value: bigint, doc: string, fields: readonly Member[] = [], short?: string): Item => ({
      doc,
      is: { [key]: value },
      ...(short !== undefined && { short }),
      fields: [
        selector(value),
        uint('length', 8, c => BigInt(c.headerBytes), 'bytes of the option'),
        ...fields,
      ],
    }),
  }
}
