/** For people: whom a stream's packets are addressed to, as far as its frames and programs say it. */
import { type AddressKind, formatAddress, formatAddressRange } from '../units/address.js'
import { dissect } from './dissect.js'
import type { FieldProgram, StreamPlan } from './plan.js'

/** Of the outermost IP header; of a frame without one, of Ethernet. */
export function destinationOf({ templates, fields, neighbour }: StreamPlan): string {
  const { layers } = dissect(templates[0]!.bytes)
  const ip = layers.find(({ name }) => name === 'ipv4' || name === 'ipv6') ?? layers[0]
  const dst = ip?.fields.find(({ key }) => key === 'dst')
  if (!ip || dst?.value === undefined) return 'nobody'
  const kind: AddressKind = ip.name === 'ethernet' ? 'mac' : (ip.name as AddressKind)
  if (kind === 'mac' && neighbour) return formatAddress(neighbour.kind, neighbour.address)
  const programs = fields.filter(({ offset, bytes }) => overlaps(offset, bytes, dst))
  if (programs.length === 0) return formatAddress(kind, dst.value)
  return (programs.length === 1 && hullOf(programs[0]!, kind, dst.bits)) || 'addresses that vary'
}

const overlaps = (offset: number, bytes: number, { bitOffset, bits }: { bitOffset: number; bits: number }) =>
  offset * 8 < bitOffset + bits && bitOffset < (offset + bytes) * 8

/** null: a part of the address, or a function of something else. */
function hullOf(program: FieldProgram, kind: AddressKind, width: number): string | null {
  const { bits, size, values, scale, low, segments, hash, digit } = program
  if (bits !== width || segments.length > 0 || hash || digit) return null
  const ends = values.length > 0 ? [...values] : [low, low + (size - 1n) * scale]
  ends.sort((a, b) => (a < b ? -1 : 1))
  return formatAddressRange(kind, { low: ends[0]!, high: ends.at(-1)! })
}
