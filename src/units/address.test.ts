import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AddressKind,
  addressBits,
  formatAddress,
  formatAddressRange,
  parseAddress,
  parseAddressRange,
} from './address.js'
import { maxOf } from './integer.js'

const kinds = ['mac', 'ipv4', 'ipv6'] as const
const valuesOf = (kind: AddressKind) => fc.bigInt({ min: 0n, max: maxOf(addressBits[kind]) })

describe.each(kinds)('%s address', kind => {
  it('comes back from its own text', () => {
    fc.assert(
      fc.property(
        valuesOf(kind),
        value => void expect(parseAddress(kind, formatAddress(kind, value))).toEqual({ ok: true, value }),
      ),
    )
  })

  it('ranges come back from their own text', () => {
    fc.assert(
      fc.property(valuesOf(kind), valuesOf(kind), (a, b) => {
        const value = a < b ? { low: a, high: b } : { low: b, high: a }
        expect(parseAddressRange(kind, formatAddressRange(kind, value))).toEqual({ ok: true, value })
      }),
    )
  })

  it('prefixes come back from their own text', () => {
    fc.assert(
      fc.property(valuesOf(kind), fc.integer({ min: 1, max: addressBits[kind] - 1 }), (a, host) => {
        const low = a & ~maxOf(host)
        const value = { low, high: low | maxOf(host) }
        const text = formatAddressRange(kind, value)
        expect(text).toContain(`/${addressBits[kind] - host}`)
        expect(parseAddressRange(kind, text)).toEqual({ ok: true, value })
      }),
    )
  })
})

describe('addresses', () => {
  it.each<[AddressKind, string, bigint]>([
    ['mac', '02:00:00:00:00:0A', 0x02000000000an],
    ['ipv4', '198.18.0.1', 0xc6120001n],
    ['ipv6', '2001:2::1', 0x20010002000000000000000000000001n],
    ['ipv6', '::ffff:1.2.3.4', 0xffff01020304n],
  ])('reads %s %s', (kind, text, value) => expect(parseAddress(kind, text)).toEqual({ ok: true, value }))

  it.each<[AddressKind, string]>([
    ['ipv4', '10.1'],
    ['ipv4', '010.1.2.3'],
    ['ipv4', '0x7f.0.0.1'],
    ['ipv4', '1.2.3.256'],
    ['ipv4', '2001:2::1'],
    ['ipv6', '198.18.0.1'],
    ['ipv6', 'fe80::1%eth0'],
    ['mac', '02:00:00:00:00'],
    ['mac', '02-00-00-00-00-01'],
  ])('refuses %s %s', (kind, text) =>
    expect(parseAddress(kind, text)).toMatchObject({ ok: false, code: 'bad-address' }),
  )

  it.each<[AddressKind, string, string, string | undefined]>([
    ['ipv4', '198.18.0.1/20', 'host-bits', '`198.18.0.0/20`'],
    ['ipv6', '2001:2::1/48', 'host-bits', '`2001:2::/48`'],
    ['ipv4', '198.18.0.9-198.18.0.1', 'reversed-range', '`198.18.0.1-198.18.0.9`'],
    ['ipv4', '198.18.0.0/33', 'out-of-range', '/0 to /32'],
    ['ipv4', '198.18.0.0', 'bad-value', '198.18.0.0/20'],
    ['ipv4', '198.18.0.0-x', 'bad-address', '198.18.0.1'],
  ])('refuses the %s range %s as %s', (kind, text, code, hint) => {
    expect(parseAddressRange(kind, text)).toMatchObject({
      ok: false,
      code,
      hint: expect.stringContaining(hint!),
    })
  })
})
