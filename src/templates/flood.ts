import type { PortSpec, Profile } from '../profile/model.js'
import { formatAddress } from '../units/address.js'
import { formatCount } from '../units/count.js'
import { type Diagnostic, error } from './diagnostic.js'
import { templateShares } from './frame-choice.js'
import { type Group, groupsOf, weightOf } from './group.js'
import type { FieldProgram, StreamPlan, Template } from './plan.js'
import { countOf, paceOf } from './rate.js'

/** Frames a second, or in all, of which a segment takes no harm: what discovery and ARP probes need. */
export const PROBE_FRAMES = 1_000

const MAC_BYTES = 6
const BROADCAST = (1n << 48n) - 1n

/** What a switch sends out of every port, so that every host of the segment pays for it (IEEE 802.1Q clause 8.8). */
const flooded: readonly { mac: bigint; why: string }[] = [
  { mac: BROADCAST, why: 'every host of the segment has to take it' },
  { mac: 0n, why: "it is nobody's address, so that switches flood it: a neighbour that was never resolved" },
]

/** Nobody is at the other end. */
const staysHere = ({ uri }: PortSpec): boolean => /^(loop:|pcap:|dpdk:net_(null|ring))/.test(uri)

export function checkFloods(profile: Profile, plans: readonly StreamPlan[]): Diagnostic[] {
  const { ports, safety } = profile
  if (safety.lab) return []
  const wired = new Set(ports.filter(port => !staysHere(port)).map(({ name }) => name))
  return groupsOf(plans.filter(({ tx }) => wired.has(tx))).flatMap(group => checkGroup(group, profile))
}

function checkGroup(group: Group, { streams }: Profile): Diagnostic[] {
  return flooded.flatMap(({ mac, why }) => {
    const share = shareTo(mac, group)
    if (share === 0 || isProbe(group, share)) return []
    const { name, path } = group[0]
    const message = `${name} sends more than ${formatCount(PROBE_FRAMES)} frames a second to ${formatAddress('mac', mac)}: ${why}`
    const hint =
      'give the stream a lower `rate` or a `count`, or `dst` an address (`resolve` asks for it); in an isolated lab, write `safety: {lab: true}`'
    const isCaptured = streams[Number(path[1])]?.capture !== undefined
    const place = isCaptured ? ['pcap'] : ['layers', 0, 'ethernet', 'dst']
    return [error([...path, ...place], { code: 'flooded-segment', message, hint })]
  })
}

function isProbe(group: Group, share: number): boolean {
  const pace = paceOf(group, null)
  const count = countOf(group)
  if (count !== null && count * share <= PROBE_FRAMES) return true
  if (pace === null || pace.shape === 'line') return false
  const pps = pace.shape === 'ramp' ? Math.max(pace.fromPps, pace.toPps) : pace.pps
  return pps * share <= PROBE_FRAMES
}

/** How large a part of the stream's frames may go to this address. */
function shareTo(mac: bigint, group: Group): number {
  const total = group.reduce((sum, stream) => sum + weightOf(stream), 0)
  return group.reduce((sum, stream) => sum + (weightOf(stream) / total) * ownShare(mac, stream), 0)
}

function ownShare(mac: bigint, stream: StreamPlan): number {
  if (stream.neighbour) return 0
  const program = stream.fields.find(({ offset }) => offset < MAC_BYTES)
  if (program) return mayHold(program, mac) ? 1 : 0
  const shares = templateShares(stream)
  return stream.templates.reduce((sum, one, i) => sum + (isTo(mac, one) ? shares[i]! : 0), 0)
}

const isTo = (mac: bigint, { bytes }: Template): boolean =>
  BigInt(`0x${Buffer.from(bytes.subarray(0, MAC_BYTES)).toString('hex')}`) === mac

/** Of one that is all of the address; of a part of it, or of a function of something else, nobody knows. */
function mayHold({ bits, size, values, scale, low, segments, hash }: FieldProgram, mac: bigint): boolean {
  if (bits !== 48 || segments.length > 0 || hash) return true
  if (values.length > 0) return values.includes(mac)
  return low <= mac && mac <= low + (size - 1n) * scale
}
