/** Fields of every width, sets of any shape, and what a packet holds of them. */
import fc from 'fast-check'
import { expect } from 'vitest'
import type { FieldSpec, LayerSpec, StreamSpec } from '../profile/model.js'
import { hull, lowest, type Range, union } from '../units/ranges.js'
import { anyTarget } from './arbitrary.testing.js'
import { compile } from './compile.js'
import { type DissectedField, dissect } from './dissect.js'
import { builtCore, renderNative } from './native.testing.js'
import { layer, profile, stream } from './profile.testing.js'
import { renderPacket } from './render.testing.js'

export const core = builtCore()
export const ones = (bits: number) => (1n << BigInt(bits)) - 1n

/** The first packets of these layers behind Ethernet. */
export function framesOf(
  layers: readonly LayerSpec[],
  count: number,
  more: Partial<StreamSpec> = {},
): Uint8Array[] {
  const spec = stream({
    layers: [layer('ethernet'), ...layers],
    frame: { kind: 'fixed', frameBytes: 400 },
    signature: false,
    ...more,
  })
  const { plan, diagnostics } = compile(profile([spec], { safety: anyTarget }))
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  return core
    ? renderNative(core, plan!, 0, { count })
    : Array.from({ length: count }, (_, i) => renderPacket(plan!, 0, BigInt(i)))
}

export const fieldIn = (frame: Uint8Array, layer: string, key: string): DissectedField =>
  dissect(frame)
    .layers.findLast(({ name }) => name === layer)!
    .fields.find(field => field.key === key)!

/** One field for each width: those of a bit, of odd bits, of addresses. */
export const fields = [
  ['vlan', 'dei', 1],
  ['ipv4', 'dscp', 6],
  ['vlan', 'id', 12],
  ['udp', 'src', 16],
  ['ipv6', 'flow_label', 20],
  ['vxlan', 'vni', 24],
  ['ipv4', 'src', 32],
  ['ethernet', 'dst', 48],
  ['ipv6', 'src', 128],
] as const
type Place = (typeof fields)[number]

const stacks: Readonly<Record<Place[0], readonly string[]>> = {
  vlan: ['vlan', 'ipv4', 'udp'],
  ipv4: ['ipv4', 'udp'],
  udp: ['ipv6', 'udp'],
  ipv6: ['ipv6', 'udp'],
  vxlan: ['ipv4', 'udp', 'vxlan'],
  ethernet: ['ipv4', 'udp', 'vxlan', 'ethernet', 'ipv4', 'udp'],
}

/** The innermost layer of its name holds the value. */
function stackWith([name, key]: Place, spec: FieldSpec): LayerSpec[] {
  const stack = stacks[name].map(one => layer(one))
  const at = stack.findLastIndex(one => one.name === name)
  return stack.with(at, { name, fields: { [key]: spec } })
}

/** What the field holds in the first packets. */
export const valuesIn = (place: Place, spec: FieldSpec, count: number): bigint[] =>
  framesOf(stackWith(place, spec), count).map(frame => fieldIn(frame, place[0], place[1]).value)

export type Of<K extends FieldSpec['kind']> = Extract<FieldSpec, { kind: K }>

export const every = fc.bigInt(1n, 3n)

/** Any set of up to 2^61 values, of one range or of several in any order. */
export function sets(
  bits: number,
): fc.Arbitrary<{ ranges: readonly Range[]; set: Range & { ranges?: Range[] } }> {
  const most = ones(bits)
  const range = fc.tuple(fc.bigInt(0n, most), fc.bigInt(0n, ones(Math.min(bits, 59)))).map(([low, more]) => ({
    low,
    high: lowest([most, low + more]),
  }))
  return fc.array(range, { minLength: 1, maxLength: 4 }).map(given => {
    const ranges = union(given)
    return { ranges, set: { ...hull(ranges), ...(ranges.length > 1 && { ranges }) } }
  })
}

export const isIn = (ranges: readonly Range[], value: bigint) =>
  ranges.some(({ low, high }) => low <= value && value <= high)

/** The values of a set in its order. */
export function nth(ranges: readonly Range[], index: bigint): bigint {
  let left = index
  for (const { low, high } of ranges) {
    if (left <= high - low) return low + left
    left -= high - low + 1n
  }
  throw new Error('beyond the set')
}

/** Values that stand for `every` packets each. */
export const isHeld = (values: readonly bigint[], held: bigint) =>
  values.every((value, i) => value === values[i - (i % Number(held))])
