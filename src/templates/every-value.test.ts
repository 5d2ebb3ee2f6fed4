/** Every kind of value, in fields of every width: what a packet holds is what the words of the profile say. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Drawn, FieldSpec, LayerSpec, StringPiece, ValueSpec, Variables } from '../profile/model.js'
import { alphabets } from '../units/alphabets.js'
import { countOf, type Range } from '../units/ranges.js'
import { wrongChecksums } from './checksums.testing.js'
import { dissect } from './dissect.js'
import { layer } from './profile.testing.js'
import {
  core,
  every,
  fieldIn,
  fields,
  framesOf,
  isHeld,
  isIn,
  nth,
  type Of,
  ones,
  sets,
  valuesIn,
} from './values.testing.js'

const places = fc.constantFrom(...fields)
const runs = { numRuns: 40 }
const packets = 24

/** A kind that has one value in each packet that its words decide. */
const exact = <K extends FieldSpec['kind']>(
  made: (bits: number) => fc.Arbitrary<{ spec: Of<K>; at: (n: bigint) => bigint }>,
) =>
  fc.assert(
    fc.property(
      places.chain(place => made(place[2]).map(one => ({ place, ...one }))),
      ({ place, spec, at }) => {
        const held = 'every' in spec ? spec.every : 1n
        const wanted = Array.from({ length: packets }, (_, i) => at(BigInt(i) / held))
        expect(valuesIn(place, spec, packets)).toEqual(wanted)
      },
    ),
    runs,
  )

/** A kind that draws from a set. */
const drawn = (
  made: (given: { set: Range; every: bigint }) => ValueSpec,
  more: (values: readonly bigint[], ranges: readonly Range[], held: bigint) => void = () => {},
) =>
  fc.assert(
    fc.property(
      places.chain(place => fc.record({ place: fc.constant(place), given: sets(place[2]), every })),
      ({ place, given: { ranges, set }, every: held }) => {
        const values = valuesIn(place, made({ set, every: held }), packets)
        expect(values.filter(value => !isIn(ranges, value))).toEqual([])
        expect(isHeld(values, held)).toBe(true)
        more(values, ranges, held)
      },
    ),
    runs,
  )

const counters = (kind: 'inc' | 'dec') =>
  exact<'inc' | 'dec'>(bits =>
    fc.tuple(sets(bits), fc.bigInt(1n, 70_000n), every).map(([{ ranges, set }, step, held]) => {
      const size = countOf(ranges)
      const index = (n: bigint) =>
        kind === 'inc' ? (n * step) % size : (((size - 1n - n * step) % size) + size) % size
      return {
        spec: { kind, ...set, step, every: held } as Of<'inc' | 'dec'>,
        at: n => nth(ranges, index(n)),
      }
    }),
  )

const token = (pieces: readonly StringPiece[]): LayerSpec[] => [
  layer('ipv4'),
  layer('udp'),
  { name: 'quic', fields: { token: { kind: 'string', form: 'text', pieces } } },
]

const bytesIn = (frame: Uint8Array): Uint8Array => {
  const { bitOffset, bits } = fieldIn(frame, 'quic', 'token')
  return frame.subarray(bitOffset / 8, (bitOffset + bits) / 8)
}

/**
 * One for each kind that a profile can give: the compiler says what is missing. What a reference and the digits of a text
 * become on the way (`linked`, `digit`) no profile can give.
 */
const properties: Readonly<Record<Exclude<FieldSpec['kind'], 'linked' | 'digit'>, () => void>> = {
  literal: () =>
    exact<'literal'>(bits =>
      fc.bigInt(0n, ones(bits)).map(value => ({ spec: { kind: 'literal', value }, at: () => value })),
    ),

  inc: () => counters('inc'),
  dec: () => counters('dec'),

  list: () =>
    exact<'list'>(bits =>
      fc
        .tuple(fc.array(fc.bigInt(0n, ones(bits)), { minLength: 1, maxLength: 7 }), every)
        .map(([values, held]) => ({
          spec: { kind: 'list', values, every: held },
          at: n => values[Number(n % BigInt(values.length))]!,
        })),
    ),

  random: () => drawn(({ set, every: held }) => ({ kind: 'random', ...set, every: held })),

  zipf: () => drawn(({ set, every: held }) => ({ kind: 'zipf', exponent: 1.1, ...set, every: held })),

  permute: () => {
    drawn(
      ({ set, every: held }) => ({ kind: 'permute', ...set, every: held }),
      (values, ranges, held) => {
        const size = countOf(ranges)
        const turns = values.filter((_, i) => i % Number(held) === 0)
        const once = turns.slice(0, Number(size < BigInt(turns.length) ? size : BigInt(turns.length)))
        expect(new Set(once).size).toBe(once.length)
        for (const [i, value] of turns.entries()) expect(value).toBe(turns[Number(BigInt(i) % size)] ?? value)
      },
    )
  },

  weighted: () => {
    const entry = (bits: number) => fc.tuple(fc.bigInt(0n, ones(bits)), fc.bigInt(0n, 5n))
    const entries = (bits: number) =>
      fc.uniqueArray(entry(bits), { minLength: 1, maxLength: 6, selector: ([value]) => value })
    fc.assert(
      fc.property(
        places.chain(place => fc.tuple(fc.constant(place), entries(place[2]), every)),
        ([place, given, held]) => {
          const sorted = given
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([value, weight], i) => ({ value, weight: i === 0 ? weight + 1n : weight }))
          const spec: ValueSpec = {
            kind: 'weighted',
            values: sorted.map(({ value }) => value),
            weights: sorted.map(({ weight }) => weight),
            every: held,
          }
          const values = valuesIn(place, spec, packets)
          const allowed = sorted.filter(({ weight }) => weight > 0n).map(({ value }) => value)
          expect(values.filter(value => !allowed.includes(value))).toEqual([])
          expect(isHeld(values, held)).toBe(true)
        },
      ),
      runs,
    )
  },

  ref: () =>
    fc.assert(
      fc.property(fc.bigInt(0n, 5n), fc.bigInt(-70_000n, 70_000n), (times, plus) => {
        const follow: ValueSpec = { kind: 'ref', name: 'tcp.seq', times, plus }
        const seq: ValueSpec = { kind: 'random', low: 0n, high: ones(32), every: 1n }
        const layers = [layer('ipv4'), layer('tcp', { seq, ack: follow })]
        for (const frame of framesOf(layers, packets)) {
          const wanted = fieldIn(frame, 'tcp', 'seq').value * times + plus
          expect(fieldIn(frame, 'tcp', 'ack').value).toBe(BigInt.asUintN(32, wanted))
        }
      }),
      runs,
    ),

  hash: () =>
    fc.assert(
      fc.property(fc.bigInt(0n, ones(16)), fc.bigInt(0n, ones(16)), (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a]
        const src: ValueSpec = { kind: 'inc', low: 7n, high: 11n, step: 1n, every: 1n }
        const dst: ValueSpec = { kind: 'hash', of: 'udp.src', low, high }
        const ports = framesOf([layer('ipv4'), layer('udp', { src, dst })], 20).map(
          frame => fieldIn(frame, 'udp', 'dst').value,
        )
        expect(ports.filter(port => port < low || port > high)).toEqual([])
        expect(ports.slice(5)).toEqual(ports.slice(0, 15))
      }),
      runs,
    ),

  parts: () =>
    fc.assert(
      fc.property(
        places
          .filter(([, , bits]) => bits > 1)
          .chain(place => {
            const unit = place[2] > 56 ? 8 : 1
            const cut = fc.integer({ min: 1, max: place[2] / unit - 1 }).map(units => units * unit)
            return fc.tuple(fc.constant(place), cut, fc.bigInt(0n, ones(place[2])), fc.bigInt(1n, 9n))
          }),
        ([place, cut, given, step]) => {
          // At most 56 bits of what is behind the cut count.
          const rest = place[2] - cut
          const counted = Math.min(rest, 56)
          const low = given & ones(rest) & ~ones(counted)
          const high = low | ones(counted)
          const parts = [
            { name: 'a', bits: cut, value: { kind: 'literal', value: given & ones(cut) } },
            { name: 'b', bits: rest, value: { kind: 'inc', low, high, step, every: 1n } },
          ] as const
          const wanted = Array.from(
            { length: packets },
            (_, i) => ((given & ones(cut)) << BigInt(rest)) | (low + ((BigInt(i) * step) & ones(counted))),
          )
          expect(valuesIn(place, { kind: 'parts', parts }, packets)).toEqual(wanted)
        },
      ),
      runs,
    ),

  bytes: () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), bytes => {
        const layers = [
          layer('ipv4'),
          layer('udp'),
          { name: 'quic', fields: { token: { kind: 'bytes', bytes } } } as const,
        ]
        for (const frame of framesOf(layers, 2))
          expect(Buffer.from(bytesIn(frame))).toEqual(Buffer.from(bytes))
      }),
      runs,
    ),

  string: () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(alphabets)),
        fc.integer({ min: 1, max: 40 }),
        every,
        fc.bigInt(1n, 999n),
        (alphabet, length, held, step) => {
          const pieces: StringPiece[] = [
            { kind: 'chars', name: 'x', alphabet, lengths: [{ length, weight: 1n }], every: held },
            { kind: 'fixed', bytes: new TextEncoder().encode('/v') },
            {
              kind: 'number',
              name: 'n',
              digits: 3,
              base: 10n,
              value: { kind: 'inc', low: 0n, high: 999n, step, every: 1n },
            },
          ]
          const texts = framesOf(token(pieces), packets).map(frame => [...bytesIn(frame)])
          for (const [i, text] of texts.entries()) {
            expect(text.slice(0, length).filter(byte => !isIn(alphabets[alphabet]!, BigInt(byte)))).toEqual(
              [],
            )
            expect(text.slice(0, length)).toEqual(texts[i - (i % Number(held))]!.slice(0, length))
            const number = String((BigInt(i) * step) % 1000n).padStart(3, '0')
            expect(Buffer.from(text.slice(length)).toString()).toBe(`/v${number}`)
          }
        },
      ),
      runs,
    ),

  checksum: () =>
    fc.assert(
      fc.property(fc.constantFrom('valid', 'bad'), fc.constantFrom('ipv4', 'udp'), (mode, name) => {
        const src: ValueSpec = { kind: 'random', low: 0n, high: ones(16), every: 1n }
        const layers = [layer('ipv4', { id: src }), layer('udp', { src })].map(one =>
          one.name === name
            ? { ...one, fields: { ...one.fields, checksum: { kind: 'checksum', mode } as const } }
            : one,
        )
        for (const frame of framesOf(layers, packets))
          expect(wrongChecksums(dissect(frame).layers, frame)).toEqual(mode === 'bad' ? [name] : [])
      }),
      runs,
    ),
}

describe('encode, dissect, equal', () => {
  it.for(Object.keys(properties) as (keyof typeof properties)[])('%s', (kind, context) => {
    if (kind === 'permute' && !core) return context.skip('the native core is not built')
    properties[kind]()
  })
})

describe('a variable', () => {
  it('is one draw for all fields that follow it, in each order and combination', () => {
    const small = fc.bigInt(1n, 6n)
    fc.assert(
      fc.property(
        small,
        small,
        fc.constantFrom('inc', 'dec', 'random', 'permute'),
        fc.nat(1000),
        (a, b, kind, plus) => {
          if (kind === 'permute' && !core) return
          const part = (name: string, size: bigint) =>
            ({ name, type: 'uint', low: 3n, high: 2n + size }) as const
          const set = { low: 0n, high: a * b - 1n, every: 1n }
          const value: Drawn =
            kind === 'inc' || kind === 'dec' ? { kind, ...set, step: 1n } : { kind, ...set }
          const vars: Variables = { flow: { type: 'uint', value, parts: [part('a', a), part('b', b)] } }
          const ref = (name: string, more = 0n): ValueSpec => ({ kind: 'ref', name, times: 1n, plus: more })
          const layers = [
            layer('ipv6', { src: ref('flow.a', 1n << 100n), flow_label: ref('flow.b') }),
            layer('udp', { src: ref('flow.a'), dst: ref('flow.b', BigInt(plus)) }),
          ]
          const seen = framesOf(layers, Number(a * b), { vars }).map(frame => {
            const [x, y] = [fieldIn(frame, 'udp', 'src').value, fieldIn(frame, 'ipv6', 'flow_label').value]
            expect(fieldIn(frame, 'ipv6', 'src').value).toBe((1n << 100n) + x)
            expect(fieldIn(frame, 'udp', 'dst').value).toBe(y + BigInt(plus))
            expect(isIn([{ low: 3n, high: 2n + a }], x) && isIn([{ low: 3n, high: 2n + b }], y)).toBe(true)
            return `${x} ${y}`
          })
          if (kind !== 'random') expect(new Set(seen).size).toBe(Number(a * b))
        },
      ),
      runs,
    )
  })
})
