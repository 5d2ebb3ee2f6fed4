import { defineHeader, type Field, type Held } from '../header.js'
import { bytes, hex, names, uint, when } from '../members.js'

const types = names('quic-type', { initial: 0, zero_rtt: 1, handshake: 2, retry: 3 })
const isLong = (held: Held) => held.value('form') === 1n

const versions = names('quic-version', { v1: 1, v2: 0x6b3343cf })
const isV2 = (held: Held) => held.value('version') === versions.values.v2

/** Version 2 numbers the types anew, so that nobody relies on those of version 1 (RFC 9369 section 3.2). */
const typeOf = (held: Held) => (isV2(held) ? (held.value('type') + 3n) % 4n : held.value('type'))
const isInitial = (held: Held) => typeOf(held) === 0n
const isRetry = (held: Held) => typeOf(held) === 3n

/** 1, 2, 4 or 8 bytes, two bits of which say how many (RFC 9000 section 16). */
const varintBits = (size: string) => (held: Held) => 8 * 2 ** Number(held.value(size)) - 2

const dcid = (extent: NonNullable<Field['extent']>) =>
  bytes('dcid', 'destination connection id', extent, {
    bits: 64,
    default: 0x6e6d67656e000001n,
    identifies: true,
  })

const numberLength = uint('packet_number_length', 2, 3n, 'bytes of the packet number, less 1')
const packetNumber = uint('packet_number', 32, 0n, 'packet number', {
  width: held => 8 * (Number(held.value('packet_number_length')) + 1),
})

const long = [
  uint(
    'type',
    2,
    c => (isV2(c) ? 1n : 0n),
    'type of a long header, as version 1 numbers them; default: an initial',
    {
      identifies: true,
      names: types,
    },
  ),
  uint('reserved', 2, 0n, 'reserved'),
  numberLength,
  hex('version', 32, 1n, 'version (RFC 9000, RFC 9369), by number or name', {
    identifies: true,
    names: versions,
  }),
  uint('dcid_length', 8, c => BigInt(c.bytesOf('dcid')), 'bytes of the destination connection id'),
  dcid(held => Number(held.value('dcid_length'))),
  uint('scid_length', 8, c => BigInt(c.bytesOf('scid')), 'bytes of the source connection id'),
  bytes('scid', 'source connection id', held => Number(held.value('scid_length'))),
  when('in an initial', isInitial, [
    uint(
      'token_length_size',
      2,
      c => (c.bytesOf('token') < 64 ? 0n : 1n),
      'size of the varint, as a power of 2',
    ),
    uint('token_length', 62, c => BigInt(c.bytesOf('token')), 'bytes of the token', {
      width: varintBits('token_length_size'),
    }),
    bytes('token', 'address validation token', held => Number(held.value('token_length'))),
  ]),
  when('in all but a retry', held => !isRetry(held), [
    uint('length_size', 2, 1n, 'size of the varint, as a power of 2'),
    uint(
      'length',
      62,
      c => BigInt(c.bytesFromHere - c.headerBytes + c.bytesOf('packet_number')),
      'bytes of packet number and payload',
      {
        width: varintBits('length_size'),
      },
    ),
    packetNumber,
  ]),
]

const short = [
  uint('spin', 1, 0n, 'latency spin bit'),
  uint('reserved', 2, 0n, 'reserved'),
  uint('key_phase', 1, 0n, 'key phase'),
  numberLength,
  // Only the endpoints know how long it is (RFC 9000 section 17.3); a reader takes nmgen's default.
  dcid(() => 8),
  packetNumber,
]

export const quic = defineHeader({
  name: 'quic',
  doc: 'QUIC by its looks: nothing is encrypted or protected, so that no endpoint can decrypt it',
  source: 'RFC 9000 section 17',
  on: { udp: { dst: 443n } },
  fields: [
    uint('form', 1, 1n, 'header form', { names: names('quic-form', { short: 0, long: 1 }) }),
    uint('fixed', 1, 1n, 'fixed bit'),
    when('with `form: long`', isLong, long),
    when('with `form: short`', held => !isLong(held), short),
  ],
})
