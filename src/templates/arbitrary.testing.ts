/** Arbitrary streams: any stack of layers that may stand on each other, with any values. */
import fc from 'fast-check'
import type { LayerSpec, StreamSpec, ValueSpec } from '../profile/model.js'
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
  )
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
