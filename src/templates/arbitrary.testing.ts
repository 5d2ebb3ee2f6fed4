/** Arbitrary streams: any stack of layers that may stand on each other, with any values. */
import fc from 'fast-check'
import type { Generator, LayerSpec, StreamSpec, ValueSpec } from '../profile/model.js'
import { hull, lowest, union } from '../units/ranges.js'
import { headers } from './headers/index.js'
import { literal, stream } from './profile.testing.js'

const ones = (bits: number) => (1n << BigInt(bits)) - 1n
export const anyTarget = { allow: ['0.0.0.0/0', '::/0'], interfaces: [], lab: true }

/** Fields that say what follows; changing them, or hiding a first fragment, would end the dissection early. */
const structural = new Set([
  ...Object.values(headers).flatMap(header =>
    Object.entries(header.on).flatMap(([base, rule]) => Object.keys(rule).map(field => `${base}.${field}`)),
  ),
  'ipv4.fragment_offset',
])

const stacks = fc
  .tuple(
    fc.integer({ min: 0, max: 2 }),
    fc.constantFrom(['ipv4'], ['ipv6'], ['ipv4', 'ipv4'], ['ipv4', 'ipv6'], ['ipv6', 'ipv4']),
    fc.constantFrom('udp', 'tcp', 'icmp', undefined),
  )
  .map(([tags, ip, top]) => {
    const fits = top !== undefined && (top !== 'icmp' || ip.at(-1) === 'ipv4')
    return ['ethernet', ...Array<string>(tags).fill('vlan'), ...ip, ...(fits ? [top] : [])]
  })

function layersOf(names: readonly string[], spec: (bits: number) => fc.Arbitrary<ValueSpec>, skip: RegExp) {
  const layer = (name: string): fc.Arbitrary<LayerSpec> => {
    const fields = headers[name]!.fields.filter(
      field => !structural.has(`${name}.${field.name}`) && !skip.test(`${name}.${field.name}`),
    )
    const specs = Object.fromEntries(fields.map(field => [field.name, spec(field.bits)]))
    return fc
      .record(specs, { requiredKeys: [] })
      .map(given => ({ name, fields: given as LayerSpec['fields'] }))
  }
  return fc.tuple(...names.map(layer))
}

export const literals = (bits: number) => fc.bigInt(0n, ones(bits)).map(literal)

/** Ranges start at a multiple of their size, so that a wide one stays inside 64 bits or is a whole prefix. */
export function varying(bits: number): fc.Arbitrary<ValueSpec> {
  const every = fc.bigInt(1n, 3n)
  const range = (most: number) =>
    fc
      .tuple(fc.bigInt(0n, ones(bits)), fc.integer({ min: 0, max: Math.min(bits, most) }))
      .map(([at, free]) => ({
        low: at & ~ones(free),
        high: at | ones(free),
      }))
  const counter = fc.record({ kind: fc.constantFrom('inc', 'dec'), step: fc.bigInt(1n, 70000n), every })
  return fc.oneof(
    fc.tuple(range(64), counter).map(([bounds, rest]) => ({ ...bounds, ...rest }) as ValueSpec),
    fc
      .tuple(range(128), every)
      .map(([bounds, held]) => ({ kind: 'random', ...bounds, every: held }) as const),
    fc.record({
      kind: fc.constant('list' as const),
      values: fc.array(fc.bigInt(0n, ones(bits)), { minLength: 1, maxLength: 5 }),
      every,
    }),
    weighted(bits, every),
    sets(bits, every),
  )
}

function weighted(bits: number, every: fc.Arbitrary<bigint>): fc.Arbitrary<ValueSpec> {
  const entry = fc.tuple(fc.bigInt(0n, ones(bits)), fc.bigInt(0n, 9n))
  return fc
    .tuple(fc.uniqueArray(entry, { minLength: 1, maxLength: 8, selector: ([value]) => value }), every)
    .map(([entries, held]) => {
      const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1))
      const weights = sorted.map(([, weight], i) => (i === 0 ? weight + 1n : weight))
      return { kind: 'weighted', values: sorted.map(([value]) => value), weights, every: held }
    })
}

/** Any range, or several in any order, drawn in every way that has an oracle. */
function sets(bits: number, every: fc.Arbitrary<bigint>): fc.Arbitrary<ValueSpec> {
  const how = fc.constantFrom<Generator>(
    { kind: 'random', every: 1n },
    { kind: 'zipf', exponent: 1.1, every: 1n },
    { kind: 'inc', step: 3n, every: 1n },
  )
  const value = fc.bigInt(0n, ones(bits))
  const range = fc.tuple(value, fc.bigInt(0n, ones(Math.min(bits, 61)))).map(([low, more]) => ({
    low,
    high: lowest([ones(bits), low + more]),
  }))
  return fc.tuple(how, fc.array(range, { minLength: 1, maxLength: 5 }), every).map(([kind, given, held]) => {
    const ranges = union(given)
    return { ...kind, ...hull(ranges), ...(ranges.length > 1 && { ranges }), every: held }
  })
}

export const streamsWith = (
  spec: (bits: number) => fc.Arbitrary<ValueSpec>,
  skip: RegExp,
): fc.Arbitrary<StreamSpec> =>
  stacks.chain(names =>
    fc
      .tuple(layersOf(names, spec, skip), fc.integer({ min: 150, max: 300 }), fc.boolean())
      .map(([layers, frameBytes, listens]) =>
        stream({ layers, frame: { kind: 'fixed', frameBytes }, ...(listens ? { rx: 'b' } : {}) }),
      ),
  )
