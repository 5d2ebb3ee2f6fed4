import type { FragmentFault, Profile, StreamSpec } from '../../profile/model.js'
import { sitesOf, sumsOf } from '../checksums.js'
import { beside, withContent } from '../content.js'
import { fieldPrograms } from '../fields.js'
import { type Layout, layOut, packetEnd } from '../layout.js'
import { link } from '../link.js'
import { isWanted } from '../signature.js'
import type { Datagram } from './datagram.js'
import { fragmentable, seamOf } from './seam.js'

/** The datagrams of a stream that compiles, by size, MTU and fault. */
export type DatagramFor = (length: number, mtu: number, fault: FragmentFault) => Datagram

/** IPv6 has a fragment header only where it is cut, so there are two layouts. `lengths` are those of all datagrams. */
export function datagramsOf(profile: Profile, stream: StreamSpec, lengths: readonly number[]): DatagramFor {
  const whole = datagram(profile, stream, lengths, 0)
  const spec = fragmentable(stream)
  const cut = datagram(profile, spec, lengths, addedBy(spec, whole.layout))
  return (length, mtu, fault) =>
    fault !== 'tiny_first' &&
    packetEnd(whole.layout, length) - whole.seam.ip <= mtu &&
    whole.seam.version === 6
      ? whole
      : cut
}

const addedBy = (spec: StreamSpec, { payloadOffset }: Layout): number =>
  layOut(spec, []).layout!.payloadOffset - payloadOffset

function datagram(profile: Profile, spec: StreamSpec, lengths: readonly number[], added: number): Datagram {
  // Whatever is wrong has been said of the stream as it is written.
  const headers = layOut(spec, []).layout!
  const longer = lengths.map(length => length + added)
  const { layout } = withContent(headers, spec, longer, [])
  link(profile, spec, layout)
  const sites = sitesOf(layout)
  const received = spec.rx !== undefined
  return {
    layout,
    seam: seamOf(spec, layout),
    added,
    fieldsBeside: signatures =>
      fieldPrograms(beside(layout, signatures), { seed: profile.seed, stream: spec.name }, (field, last) =>
        sumsOf(sites, field, last),
      ),
    received,
    signed: isWanted(spec) && !layout.closed,
  }
}
